-- One page of one group of a return's lines, each with its member, what was asked of him, and its item in suspense.
SELECT l.id, l.row, l.sheet, l.staff_number, l.name, l.amount, l.expected, l.state, l.cause, l.confidence, l.reasons,
       l.alternatives, m.id, m.number, m.surname, m.other_names, m.staff_number, m.claimed_staff_number,
       d.savings, d.christmas, d.loans, s.id, s.reason, s.status
FROM reconciliation_remittanceline l
LEFT JOIN members_member m ON m.id = l.member_id
LEFT JOIN reconciliation_deductionline d ON d.member_id = l.member_id AND d.schedule_id = %(schedule)s
LEFT JOIN reconciliation_suspenseitem s ON s.line_id = l.id
WHERE l.remittance_id = %(remittance)s
  AND CASE %(group)s
        WHEN 'matched' THEN l.state IN ('matched', 'posted') AND l.amount >= l.expected
        WHEN 'short' THEN l.state IN ('matched', 'posted') AND l.amount < l.expected
        WHEN 'suspense' THEN l.state NOT IN ('matched', 'posted')
        ELSE l.state = %(group)s END
ORDER BY CASE WHEN %(group)s IN ('suggested', 'unmatched') THEN -l.confidence ELSE 0 END, l.position
LIMIT %(limit)s OFFSET %(offset)s
