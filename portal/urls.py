from django.urls import path

from portal.views import home, members

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("passbook/", home.member_home, name="member_home"),
    path("savings/", home.savings, name="savings"),
    path("savings/withdraw/", home.withdraw, name="withdraw"),
    path("help/", home.help_page, name="help"),
    path("practice/", home.practice, name="practice"),
    path("components/", home.components, name="components"),
    path("members/", members.register, name="members"),
    path("members/<int:pk>/", members.member, name="member"),
    path("members/<int:pk>/invite/", members.invite, name="invite"),
    path("members/<int:pk>/account/", members.link, name="link_account"),
    path("members/<int:pk>/change/pay/", members.change, {"what": "pay"}, name="change_pay"),
    path("members/<int:pk>/change/saving/", members.change, {"what": "saving"}, name="change_saving"),
    path("members/<int:pk>/change/staff-number/", members.change, {"what": "number"}, name="change_number"),
    path("withdrawals/", members.withdrawals, name="withdrawals"),
    path("withdrawals/<int:pk>/", members.withdrawal, name="withdrawal"),
    path("withdrawals/<int:pk>/decline/", members.decline, name="decline_withdrawal"),
]
