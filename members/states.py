from django.db import models


class MemberStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    LEAVING = "leaving", "Leaving"
    LEFT = "left", "Left"
    DECEASED = "deceased", "Deceased"
    CANCELLED = "cancelled", "Entered by mistake"


MEMBER_TRANSITIONS = {
    MemberStatus.ACTIVE: {MemberStatus.LEAVING, MemberStatus.DECEASED, MemberStatus.CANCELLED},
    MemberStatus.LEAVING: {MemberStatus.ACTIVE, MemberStatus.LEFT, MemberStatus.DECEASED},
    MemberStatus.LEFT: {MemberStatus.ACTIVE},
    MemberStatus.DECEASED: set(),
    MemberStatus.CANCELLED: {MemberStatus.ACTIVE},
}


class WithdrawalStatus(models.TextChoices):
    REQUESTED = "requested", "Waiting to be paid"
    PAID = "paid", "Paid"
    DECLINED = "declined", "Declined"
    CANCELLED = "cancelled", "Cancelled"


WITHDRAWAL_TRANSITIONS = {
    WithdrawalStatus.REQUESTED: {WithdrawalStatus.PAID, WithdrawalStatus.DECLINED, WithdrawalStatus.CANCELLED},
    WithdrawalStatus.PAID: set(),
    WithdrawalStatus.DECLINED: set(),
    WithdrawalStatus.CANCELLED: set(),
}
