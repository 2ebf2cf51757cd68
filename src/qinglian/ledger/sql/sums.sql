-- SUMS: the one scan of the facts. Integers only, so any order of rows, files or threads gives the same sums.
-- {cell} is the month, or the record's own days where a factor boundary falls inside the month.
-- {days} and {streams} bound the record's first day and its stream, where the manifest does not already.
-- One pass takes the streams of a range: rows are sealed in stream order, so a pass skips what it need not read.
SELECT
    f.stream_id,
    f.unit_id,
    f.quantity_basis,
    COALESCE(f.quality, 0) AS quality,
    {cell} AS cell,
    CAST(SUM(CAST(f.sign AS BIGINT)) AS BIGINT) AS records,
    SUM(CAST(f.quantity AS DECIMAL(18, 0))) AS quantity
FROM facts f
{cut}
WHERE f.scenario_id = {scenario}{days}{streams}
GROUP BY f.stream_id, f.unit_id, f.quantity_basis, COALESCE(f.quality, 0), {cell}
