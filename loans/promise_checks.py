"""The invariants of promises and recourse, recounted from the tables; `loans.checks` has those of the register."""

from core.checks import Invariant

INVARIANTS = [
    Invariant("LH", "Every promise that stands is held on the guarantor's savings, and no other", """
        SELECT g.id::text, x.should - coalesce(h.amount, 0) FROM loans_guarantee g
        CROSS JOIN LATERAL (SELECT g.amount - g.freed - g.charged - g.uncovered AS should) x
        LEFT JOIN ledger_hold h ON h.id = g.hold_id AND h.released_at IS NULL
        LEFT JOIN members_member m ON m.id = g.guarantor_id
        WHERE (g.status = 'accepted' AND (x.should <> coalesce(h.amount, 0) OR h.account_id <> m.savings_account_id))
           OR (g.status <> 'accepted' AND h.id IS NOT NULL)
        UNION ALL
        SELECT h.reference, h.amount FROM ledger_hold h LEFT JOIN loans_guarantee g ON g.hold_id = h.id
        WHERE h.purpose = 'guarantee' AND h.released_at IS NULL AND g.id IS NULL""",
        counted="SELECT count(*) FROM loans_guarantee WHERE status = 'accepted'"),
    # With one divisor for all promises of a loan the odd kobo may gather on one of them: half of one for each.
    Invariant("LN", "No promise stands for more than its loan still needs by its product's rule", """
        SELECT g.id::text, g.amount - g.freed - g.charged - x.needed
        FROM loans_guarantee g JOIN loans_loan l ON l.id = g.loan_id
        LEFT JOIN loans_productversion v ON v.id = l.version_id
        JOIN ledger_accountbalance b ON b.account_id = l.account_id
        CROSS JOIN LATERAL (SELECT CASE
          WHEN v.hold_policy = 'falls_with_principal' THEN
            least(g.amount - g.charged, g.amount * b.balance / coalesce(g.of_principal, l.scheduled_principal) + 0.05)
          WHEN v.hold_policy = 'until_own_savings'
           AND EXISTS (SELECT 1 FROM loans_owncover o JOIN ledger_hold h ON h.id = o.hold_id AND h.released_at IS NULL
                        WHERE o.loan_id = l.id) THEN 0
          ELSE g.amount - g.charged END AS needed) x
        WHERE g.status = 'accepted' AND l.status = 'active' AND (g.amount - g.freed - g.charged > x.needed
          OR (coalesce(v.hold_policy, 'until_closed') = 'until_closed' AND g.freed <> 0))""",
        counted="SELECT count(*) FROM loans_guarantee WHERE status = 'accepted'"),
    Invariant("LO", "What is held of a borrower's own savings is what his loan owes, while it runs", """
        SELECT l.serial, h.amount - b.balance FROM loans_owncover o
        JOIN ledger_hold h ON h.id = o.hold_id AND h.released_at IS NULL
        JOIN loans_loan l ON l.id = o.loan_id JOIN members_member m ON m.id = l.member_id
        JOIN ledger_accountbalance b ON b.account_id = l.account_id
        WHERE l.status IN ('closed', 'cancelled') OR (l.status = 'active' AND h.amount <> b.balance)
           OR h.account_id <> m.savings_account_id""",
        counted="SELECT count(*) FROM loans_owncover"),
    Invariant("LR", "What recourse took came after its notice, and of nobody more than he promised", """
        SELECT c.id::text, c.amount FROM loans_recoursecharge c JOIN loans_recourse r ON r.id = c.recourse_id
        JOIN loans_repayment p ON p.id = c.repayment_id
        LEFT JOIN loans_recoursenotice n ON n.recourse_id = r.id AND n.member_id = c.member_id
        WHERE n.id IS NULL OR c.charged_on < r.given_on + r.notice_days::integer OR r.approved_by_id = r.proposed_by_id
           OR p.amount <> c.amount OR p.loan_id <> r.loan_id OR p.reversed_by_entry_id IS NOT NULL
        UNION ALL
        SELECT g.id::text, g.charged - coalesce(x.charged, 0) FROM loans_guarantee g
        LEFT JOIN (SELECT guarantee_id, sum(amount) AS charged FROM loans_recoursecharge GROUP BY 1) x
          ON x.guarantee_id = g.id
        WHERE g.charged <> coalesce(x.charged, 0)""",
        counted="SELECT count(*) FROM loans_recoursecharge"),
    Invariant("LG", "A guarantor's claim is what he paid, and what is repaid of it is the sum of its payments", """
        SELECT k.id::text, k.amount - k.repaid FROM loans_guarantorclaim k
        JOIN loans_recoursecharge c ON c.id = k.charge_id
        LEFT JOIN (SELECT claim_id, sum(amount) AS paid FROM loans_claimpayment GROUP BY 1) x ON x.claim_id = k.id
        WHERE k.amount <> c.amount OR k.guarantor_id <> c.member_id OR k.repaid <> coalesce(x.paid, 0)
        UNION ALL
        SELECT c.id::text, c.amount FROM loans_recoursecharge c LEFT JOIN loans_guarantorclaim k ON k.charge_id = c.id
        WHERE c.guarantee_id IS NOT NULL AND k.id IS NULL""",
        counted="SELECT count(*) FROM loans_guarantorclaim"),
]  # fmt: skip
