from registrations.charts import BAR_AT, LINE, LONGEST, NUMBERS, WIDTH, bars


def test_the_longest_bar_has_the_room_there_is_and_others_their_share():
    chart = bars("c", "T", [("a", 2, 4), ("b", 1, 1), ("c", 0, 2)])

    room = WIDTH - NUMBERS
    assert [(one.part, one.whole) for one in chart.bars] == [
        (room / 2, room),
        (room / 4, room / 4),
        (0, room / 2),
    ]
    assert [one.numbers for one in chart.bars] == ["2 / 4", "1", "0 / 2"]
    assert chart.height == 3 * LINE
    assert [one.bar_y for one in chart.bars] == [BAR_AT, LINE + BAR_AT, 2 * LINE + BAR_AT]


def test_numbers_and_labels_stay_inside():
    (one,) = bars("c", "T", [("m" * 80, 90_000, 100_000)]).bars

    assert len(one.label) == LONGEST
    assert one.label.endswith("…")
    assert one.numbers_x < WIDTH - NUMBERS + 10


def test_nothing_is_drawn_of_nothing():
    assert bars("c", "T", []).height == 0
    assert [one.whole for one in bars("c", "T", [("a", 0, 0)]).bars] == [0]
