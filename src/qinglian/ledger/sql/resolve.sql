-- RESOLVE: for each need and each stretch of time, the one factor, or a tie, or nothing.
-- need(need_id, activity, technology, supplier, facility, basis_set, place_set, measure)
-- basis(basis_set, basis, method, basis_rank, basis_penalty)
-- place(place_set, place, depth, place_penalty)
-- factor(factor_no, activity, technology, supplier, facility, place, basis, method, measure, pack_rank)
-- span(factor_no, from_day, to_day, vintage_rank, vintage_penalty, staleness)
-- `measure` is the dimension of the quantity: compatibility is a filter, never a preference.
WITH candidate AS (
    SELECT
        n.need_id,
        f.factor_no,
        s.from_day,
        s.to_day,
        b.basis_rank,
        CASE WHEN f.supplier = '' THEN 1 ELSE 0 END AS supplier_rank,
        CASE WHEN f.facility = '' THEN 1 ELSE 0 END AS facility_rank,
        CASE WHEN f.technology = '' THEN 1 ELSE 0 END AS technology_rank,
        p.depth AS place_rank,
        f.pack_rank,
        s.vintage_rank,
        s.staleness,
        b.basis_penalty + p.place_penalty + s.vintage_penalty AS penalty
    FROM need n
    JOIN factor f ON f.activity = n.activity AND f.measure = n.measure
    JOIN basis b ON b.basis_set = n.basis_set AND b.basis = f.basis
    JOIN place p ON p.place_set = n.place_set AND p.place = f.place
    JOIN span s ON s.factor_no = f.factor_no
    WHERE (f.technology = '' OR f.technology = n.technology)
        AND (f.supplier = '' OR f.supplier = n.supplier)
        AND (f.facility = '' OR f.facility = n.facility)
        AND (f.method = '' OR b.method = '' OR f.method = b.method OR b.basis_rank > 0)
),
cut AS (
    SELECT need_id, from_day AS day FROM candidate
    UNION
    SELECT need_id, to_day AS day FROM candidate
),
stretch AS (
    SELECT need_id, day AS from_day, LEAD(day) OVER (PARTITION BY need_id ORDER BY day) AS to_day FROM cut
),
ranked AS (
    SELECT
        t.need_id,
        t.from_day,
        t.to_day,
        c.factor_no,
        c.penalty,
        ((((((c.basis_rank * 2 + c.supplier_rank) * 2 + c.facility_rank) * 2 + c.technology_rank) * CAST(100 AS BIGINT)
            + c.place_rank) * 1000 + c.pack_rank) * 10 + c.vintage_rank) * 1000000 + c.staleness AS score
    FROM stretch t
    JOIN candidate c ON c.need_id = t.need_id AND c.from_day <= t.from_day AND c.to_day >= t.to_day
    WHERE t.to_day IS NOT NULL
)
SELECT
    need_id,
    from_day,
    to_day,
    factor_no,
    penalty,
    score,
    MIN(score) OVER (PARTITION BY need_id, from_day) AS best,
    CAST(ROW_NUMBER() OVER (PARTITION BY need_id, from_day ORDER BY score, factor_no) AS INTEGER) AS place_in_order
FROM ranked
