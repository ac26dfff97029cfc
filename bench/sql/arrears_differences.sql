-- Loans that stand differently in the floor's table than in ours.
SELECT count(*) FROM loans_loanstanding s FULL JOIN floor_standing f ON f.loan_id = s.loan_id
 WHERE (s.oldest_due_on, s.days_past_due, s.late_class_id, s.outstanding_principal, s.overdue_principal, s.overdue_interest,
        s.overdue_fee, s.accruing, s.penalty_charged, s.provision, s.suspended_interest)
   IS DISTINCT FROM (f.oldest_due_on, f.days_past_due, f.late_class_id, f.outstanding_principal, f.overdue_principal,
        f.overdue_interest, f.overdue_fee, f.accruing, f.penalty_charged, f.provision, f.suspended_interest)
