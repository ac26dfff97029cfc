"""The words for how a line of a return, or its absence, stands to what was expected.

The words are stored, shown on pages and printed by the command line, so they do not change.
"""

EXACT = "exact"
SHORT = "short"
OVER = "over"
DOUBLE_MONTH = "double_month"
TWICE = "twice"
MISSING = "missing"
STRANGER = "stranger"
WRONG_NUMBER = "wrong_number"
MISSPELT = "misspelt"
MISSPELT_AND_WRONG_NUMBER = "misspelt_and_wrong_number"
NUMBER_SHARED = "number_shared_in_register"

EXPLANATIONS = {
    EXACT: "The amount we asked for, from the member we expected.",
    SHORT: "Less than we asked for.",
    OVER: "More than we asked for.",
    DOUBLE_MONTH: "Exactly twice what we asked for: two months may be in one.",
    TWICE: "The member is on the return more than once.",
    MISSING: "We asked for this member and the return does not have him or her.",
    STRANGER: "Nobody in the register fits this line.",
    WRONG_NUMBER: "The name is a member's, the staff number is not his or hers.",
    MISSPELT: "The staff number is right and the name is spelt another way.",
    MISSPELT_AND_WRONG_NUMBER: "The name is close to a member's and the staff number is not his or hers.",
    NUMBER_SHARED: "The register gives one staff number to two members.",
}
CAUSES = tuple(EXPLANATIONS)

MATCHED = "matched"
SUGGESTED = "suggested"
WAITING = "waiting"
UNMATCHED = "unmatched"
STATES = (MATCHED, SUGGESTED, WAITING, UNMATCHED)
