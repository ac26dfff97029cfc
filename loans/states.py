from django.db import models


class ApplicationStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    AWAITING_GUARANTORS = "awaiting_guarantors", "Waiting for guarantors"
    UNDER_REVIEW = "under_review", "With the committee"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"
    REGISTERED = "registered", "In the loan register"


APPLICATION_TRANSITIONS = {
    ApplicationStatus.DRAFT: {
        ApplicationStatus.AWAITING_GUARANTORS, ApplicationStatus.UNDER_REVIEW, ApplicationStatus.WITHDRAWN,
    },
    ApplicationStatus.AWAITING_GUARANTORS: {ApplicationStatus.UNDER_REVIEW, ApplicationStatus.WITHDRAWN},
    ApplicationStatus.UNDER_REVIEW: {
        ApplicationStatus.APPROVED, ApplicationStatus.DECLINED, ApplicationStatus.WITHDRAWN,
    },
    ApplicationStatus.APPROVED: {ApplicationStatus.REGISTERED, ApplicationStatus.WITHDRAWN},
    ApplicationStatus.DECLINED: set(),
    ApplicationStatus.WITHDRAWN: set(),
    ApplicationStatus.REGISTERED: set(),
}  # fmt: skip


class GuaranteeStatus(models.TextChoices):
    REQUESTED = "requested", "Asked"
    ACCEPTED = "accepted", "Said yes"
    DECLINED = "declined", "Said no"
    CANCELLED = "cancelled", "No longer asked"
    RELEASED = "released", "Released"


GUARANTEE_TRANSITIONS = {
    GuaranteeStatus.REQUESTED: {GuaranteeStatus.ACCEPTED, GuaranteeStatus.DECLINED, GuaranteeStatus.CANCELLED},
    GuaranteeStatus.ACCEPTED: {GuaranteeStatus.RELEASED},
    GuaranteeStatus.DECLINED: set(),
    GuaranteeStatus.CANCELLED: set(),
    GuaranteeStatus.RELEASED: set(),
}


class LoanStatus(models.TextChoices):
    QUEUED = "queued", "Waiting for next month's money"
    REGISTERED = "registered", "Ready to be paid out"
    ACTIVE = "active", "Running"
    CLOSED = "closed", "Paid back"
    WRITTEN_OFF = "written_off", "Written off"
    CANCELLED = "cancelled", "Cancelled"


LOAN_TRANSITIONS = {
    LoanStatus.QUEUED: {LoanStatus.REGISTERED, LoanStatus.CANCELLED},
    LoanStatus.REGISTERED: {LoanStatus.ACTIVE, LoanStatus.CANCELLED},
    LoanStatus.ACTIVE: {LoanStatus.CLOSED, LoanStatus.WRITTEN_OFF, LoanStatus.CANCELLED},
    LoanStatus.WRITTEN_OFF: {LoanStatus.ACTIVE},
    LoanStatus.CLOSED: {LoanStatus.ACTIVE},
    LoanStatus.CANCELLED: set(),
}


class ChangeStatus(models.TextChoices):
    REQUESTED = "requested", "Asked for"
    APPROVED = "approved", "In force"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "No longer asked for"
    REVERSED = "reversed", "Taken back"


CHANGE_TRANSITIONS = {
    ChangeStatus.REQUESTED: {ChangeStatus.APPROVED, ChangeStatus.DECLINED, ChangeStatus.WITHDRAWN},
    ChangeStatus.APPROVED: {ChangeStatus.REVERSED},
    ChangeStatus.DECLINED: set(),
    ChangeStatus.WITHDRAWN: set(),
    ChangeStatus.REVERSED: set(),
}


class ProposalStatus(models.TextChoices):
    PROPOSED = "proposed", "Waits for a second person"
    APPROVED = "approved", "Put in force"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Taken back"


PROPOSAL_TRANSITIONS = {
    ProposalStatus.PROPOSED: {ProposalStatus.APPROVED, ProposalStatus.DECLINED, ProposalStatus.WITHDRAWN},
    ProposalStatus.APPROVED: set(),
    ProposalStatus.DECLINED: set(),
    ProposalStatus.WITHDRAWN: set(),
}


class OffsetStatus(models.TextChoices):
    REQUESTED = "requested", "Waits for approval"
    PAID = "paid", "Paid from savings"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "No longer asked for"


OFFSET_TRANSITIONS = {
    OffsetStatus.REQUESTED: {OffsetStatus.PAID, OffsetStatus.DECLINED, OffsetStatus.WITHDRAWN},
    OffsetStatus.PAID: set(),
    OffsetStatus.DECLINED: set(),
    OffsetStatus.WITHDRAWN: set(),
}


class SubstitutionStatus(models.TextChoices):
    ASKED = "asked", "Asked"
    CONSENTED = "consented", "Said yes"
    DONE = "done", "Stands in his place"
    REFUSED = "refused", "Said no"
    WITHDRAWN = "withdrawn", "No longer asked"


SUBSTITUTION_TRANSITIONS = {
    SubstitutionStatus.ASKED: {
        SubstitutionStatus.CONSENTED, SubstitutionStatus.REFUSED, SubstitutionStatus.WITHDRAWN,
    },
    SubstitutionStatus.CONSENTED: {SubstitutionStatus.DONE, SubstitutionStatus.WITHDRAWN},
    SubstitutionStatus.DONE: set(),
    SubstitutionStatus.REFUSED: set(),
    SubstitutionStatus.WITHDRAWN: set(),
}  # fmt: skip


class RecourseStatus(models.TextChoices):
    NOTICE_GIVEN = "notice_given", "Notice given"
    SAVINGS_OFFSET = "savings_offset", "Own savings taken"
    GUARANTORS_CHARGED = "guarantors_charged", "Guarantors have paid"
    SETTLED = "settled", "Settled"
    WITHDRAWN = "withdrawn", "Withdrawn"


RECOURSE_TRANSITIONS = {
    RecourseStatus.NOTICE_GIVEN: {
        RecourseStatus.SAVINGS_OFFSET, RecourseStatus.SETTLED, RecourseStatus.WITHDRAWN,
    },
    RecourseStatus.SAVINGS_OFFSET: {
        RecourseStatus.GUARANTORS_CHARGED, RecourseStatus.SETTLED, RecourseStatus.WITHDRAWN,
    },
    RecourseStatus.GUARANTORS_CHARGED: {RecourseStatus.SETTLED},
    RecourseStatus.SETTLED: set(),
    RecourseStatus.WITHDRAWN: set(),
}  # fmt: skip
