"""Files in, trackers out: what is this file, where is the table, what does each cell say."""

READING = "okr_sheets.reading.drafts:read_drafts"  # the work, as `in_child` names it
