"""Files in, trackers out: what is this file, where is the table, what does each cell say."""
