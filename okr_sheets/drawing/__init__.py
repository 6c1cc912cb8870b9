"""The drawing kit of tracker and rollup workbooks: colours, formats, text width, pages, charts."""
