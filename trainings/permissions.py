"""Who may, where it differs from Django's add, change, delete and view."""

from wagtail.permission_policies import ModelPermissionPolicy


class MadeElsewherePolicy(ModelPermissionPolicy):
    """Rows that come into being and end in another place than this list: only `allowed` acts."""

    def __init__(self, model, *, allowed):
        super().__init__(model)
        self.allowed = frozenset(allowed)

    def user_has_permission(self, user, action):
        return action in self.allowed and super().user_has_permission(user, action)

    def user_has_any_permission(self, user, actions):
        return super().user_has_any_permission(user, self.allowed.intersection(actions))

    def users_with_any_permission(self, actions):
        return super().users_with_any_permission(self.allowed.intersection(actions))
