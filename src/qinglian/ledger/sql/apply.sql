-- APPLY, on the sums: each rule's line meets its factor by an equi-join and an interval.
-- sums(stream_id, unit_id, quantity_basis, quality, cell, records, quantity)
-- cell(cell, first_day, end_day)
-- asked(rule_no, stream_id, unit_id, need_id)
-- chosen(need_id, from_day, to_day, factor_no, penalty): covers the period without gap or overlap
-- A record that a factor boundary cuts is divided by days, exactly: quantity * days / all days.
SELECT
    a.rule_no,
    s.stream_id,
    s.unit_id,
    s.quantity_basis,
    s.quality,
    s.cell,
    c.factor_no,
    c.penalty,
    CASE WHEN c.from_day <= l.first_day THEN s.records ELSE 0 END AS records,
    CASE
        WHEN c.from_day <= l.first_day AND c.to_day >= l.end_day THEN s.quantity
        ELSE s.quantity * (LEAST(c.to_day, l.end_day) - GREATEST(c.from_day, l.first_day))
    END AS quantity,
    CASE
        WHEN c.from_day <= l.first_day AND c.to_day >= l.end_day THEN 1
        ELSE l.end_day - l.first_day
    END AS divisor
FROM sums s
JOIN cell l ON l.cell = s.cell
JOIN asked a ON a.stream_id = s.stream_id AND a.unit_id = s.unit_id
JOIN chosen c ON c.need_id = a.need_id AND c.from_day < l.end_day AND c.to_day > l.first_day
