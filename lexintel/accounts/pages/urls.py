from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, path, re_path

from lexintel.accounts.pages import account, people
from lexintel.accounts.pages.choose_password import ChoosePassword
from lexintel.accounts.pages.sign_in import SignIn

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("welcome/<uidb64>/<token>/", ChoosePassword.as_view(), name="choose-password"),
    path("account/", account.account, name="account"),
    path("account/password/", account.change_password, name="account-password"),
    path("account/tokens/", account.token_new, name="account-tokens"),
    path("account/tokens/<int:pk>/revoke/", account.token_revoke, name="account-token-revoke"),
    path("account/sessions/end/", account.sessions_end, name="account-sessions-end"),
    path("account/sessions/<uuid:public_id>/end/", account.session_end, name="account-session-end"),
    path("people/", people.people_list, name="people"),
    path("people/<uuid:pk>/", people.person_detail, name="person"),
    path("people/<uuid:pk>/link/", people.person_link, name="person-link"),
    re_path(rf"^people/(?P<pk>[0-9a-f-]{{36}})/(?P<action>{'|'.join(people.ACTIONS)})/$", people.person_change, name="person-change"),
]
