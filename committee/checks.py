"""The committee's invariants; each query must return nothing."""

from core.checks import Invariant

INVARIANTS = [
    Invariant("I09", "Every approval has its quorum and more for than against", """
        SELECT p.application_id::text, 0 FROM loans_loanapproval p
        JOIN loans_loanapplication a ON a.id = p.application_id
        LEFT JOIN committee_vote v ON v.application_id = a.id
        GROUP BY p.application_id, a.quorum
        HAVING count(v.id) < a.quorum
            OR count(*) FILTER (WHERE v.choice = 'approve') <= count(*) FILTER (WHERE v.choice = 'decline')""",
        counted="SELECT count(*) FROM loans_loanapproval"),
    Invariant("I11", "Nobody voted on a loan in which he has an interest", """
        SELECT v.id::text, 0 FROM committee_vote v
        JOIN loans_loanparty p ON p.application_id = v.application_id AND p.member_id = v.voter_id
        WHERE p.stand = 'interested'""",
        counted="SELECT count(*) FROM committee_vote"),
    Invariant("I12", "Every decision counts the votes as they were cast", """
        SELECT d.application_id::text, 0 FROM committee_decision d
        LEFT JOIN committee_vote v ON v.application_id = d.application_id
        GROUP BY d.application_id, d.votes_for, d.votes_against, d.abstentions
        HAVING d.votes_for <> count(*) FILTER (WHERE v.choice = 'approve')
            OR d.votes_against <> count(*) FILTER (WHERE v.choice = 'decline')
            OR d.abstentions <> count(*) FILTER (WHERE v.choice = 'abstain')""",
        counted="SELECT count(*) FROM committee_decision"),
]  # fmt: skip
