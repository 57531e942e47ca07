from trainings.domain.shelf import Shelf


def test_what_was_kept_is_found():
    shelf = Shelf(10)
    shelf.keep("a", "word", size=4)

    assert (shelf.get("a"), shelf.get("b")) == ("word", None)


def test_the_least_recently_used_makes_room():
    shelf = Shelf(10)
    for key in "abc":
        shelf.keep(key, key, size=3)
    shelf.get("a")

    shelf.keep("d", "d", size=3)

    assert [shelf.get(key) for key in "abcd"] == ["a", None, "c", "d"]


def test_what_is_too_large_is_not_kept_and_pushes_nothing_out():
    shelf = Shelf(10)
    shelf.keep("a", "a", size=3)

    shelf.keep("b", "b", size=11)

    assert (shelf.get("a"), shelf.get("b")) == ("a", None)


def test_a_new_value_takes_the_place_of_the_old_one():
    shelf = Shelf(10)
    for size in (9, 4):
        shelf.keep("a", size, size=size)
    shelf.keep("b", "b", size=6)

    assert (shelf.get("a"), shelf.get("b")) == (4, "b")


def test_a_cleared_shelf_has_nothing():
    shelf = Shelf(10)
    shelf.keep("a", "a", size=1)

    shelf.clear()

    assert shelf.get("a") is None
