from django.contrib import admin

from committee.models import Decision, Sitting, Vote
from core.admin import ReadOnlyAdmin


@admin.register(Sitting)
class SittingAdmin(ReadOnlyAdmin):
    list_display = ["number", "held_on", "status", "opened_by", "closed_by"]
    list_select_related = ["opened_by", "closed_by"]


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ["application", "outcome", "votes_for", "votes_against", "abstentions", "decided_at"]
    list_select_related = ["application"]


@admin.register(Vote)
class VoteAdmin(ReadOnlyAdmin):
    # How somebody voted is the sitting's business until it has closed: the list tells that he did, not what.
    list_display = ["application", "voter", "sitting", "cast_at"]
    list_select_related = ["application", "voter", "sitting"]
    fields = ["application", "voter", "sitting", "cast_at"]
