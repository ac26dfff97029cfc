from django.urls import path

from users import practice, views

app_name = "users"

urlpatterns = [
    path("join/", views.join, name="join"),
    path("join/password/", views.join_finish, name="join_finish"),
    path("join/<str:token>/", views.join_link, name="join_link"),
    path("me/", views.me, name="me"),
    path("me/email/", views.email, name="email"),
    path("me/theme", views.theme, name="theme"),
    path("people/", views.people_list, name="people"),
    path("people/new/", views.person_new, name="person_new"),
    path("people/<int:pk>/", views.person, name="person"),
    path("people/<int:pk>/grant/", views.person_grant, name="person_grant"),
    path("people/<int:pk>/revoke/", views.person_revoke, name="person_revoke"),
    path("people/<int:pk>/invite/", views.person_invite, name="person_invite"),
    path("practice/sign-in/", practice.sign_in, name="practice_sign_in"),
]
