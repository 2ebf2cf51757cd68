-- SUMS: the one scan of the facts. Integers only, so any order of rows, files or threads gives the same sums.
-- {grain} is `month`, or `start_day` where a factor boundary falls inside a month.
SELECT
    stream_id,
    unit_id,
    quantity_basis,
    COALESCE(quality, 0) AS quality,
    {grain} AS cell,
    CAST(SUM(CAST(sign AS BIGINT)) AS BIGINT) AS records,
    SUM(CAST(quantity AS DECIMAL(18, 0))) AS quantity
FROM facts
WHERE scenario_id = {scenario} AND start_day >= {first_day} AND start_day < {end_day}
GROUP BY stream_id, unit_id, quantity_basis, COALESCE(quality, 0), {grain}
