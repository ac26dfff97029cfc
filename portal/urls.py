from django.urls import path

from portal.views import home, members

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("passbook/", home.member_home, name="member_home"),
    path("savings/", home.savings, name="savings"),
    path("savings/withdraw/", home.withdraw, name="withdraw"),
    path("help/", home.help_page, name="help"),
    path("members/", members.register, name="members"),
    path("members/<int:pk>/", members.member, name="member"),
    path("members/<int:pk>/invite/", members.invite, name="invite"),
    path("members/<int:pk>/<str:what>/", members.change, name="change_member"),
    path("withdrawals/", members.withdrawals, name="withdrawals"),
    path("withdrawals/<int:pk>/", members.withdrawal, name="withdrawal"),
    path("withdrawals/<int:pk>/decline/", members.decline, name="decline_withdrawal"),
]
