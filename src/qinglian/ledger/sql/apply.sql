-- APPLY, on the sums: each rule's line meets its factor by an equi-join and an interval.
-- sums(stream_id, unit_id, quantity_basis, quality, cell, records, quantity)
-- cell(cell, first_day, end_day)
-- asked(rule_no, stream_id, unit_id, need_id)
-- chosen(need_id, from_day, to_day, factor_no, penalty)
SELECT
    a.rule_no,
    s.stream_id,
    s.unit_id,
    s.quantity_basis,
    s.quality,
    s.cell,
    s.records,
    s.quantity,
    COALESCE(c.factor_no, -1) AS factor_no,
    COALESCE(c.penalty, 0) AS penalty
FROM sums s
JOIN cell l ON l.cell = s.cell
JOIN asked a ON a.stream_id = s.stream_id AND a.unit_id = s.unit_id
LEFT JOIN chosen c ON c.need_id = a.need_id AND c.from_day <= l.first_day AND c.to_day >= l.end_day
