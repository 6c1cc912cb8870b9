// The files that exceljs and SheetJS save. Arguments: the tracker, the folder for the files.
// Prints, as JSON, what was done to each.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import ExcelJS from "exceljs";
import XLSX from "xlsx";

const [source, folder] = process.argv.slice(2);
const made = {};
// They hold nothing that is read, and would be most of each file.
const UNREAD = ["Dashboard", "Calc"];

async function withExceljs(name, what, edit) {
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(source);
  for (const sheet of UNREAD) book.removeWorksheet(book.getWorksheet(sheet).id);
  await edit(book.getWorksheet("OKRs"), book);
  await book.xlsx.writeFile(join(folder, `exceljs-${name}.xlsx`));
  made[`exceljs-${name}.xlsx`] = what;
}

await withExceljs("untouched", "Opened and saved.", () => {});

await withExceljs(
  "no-values",
  "Every formula written without its value; AD7 the formula 20+5, without a value too.",
  (okrs, book) => {
    okrs.getCell("AD7").value = { formula: "20+5" };
    book.eachSheet((sheet) =>
      sheet.eachRow((row) =>
        row.eachCell((cell) => {
          if (cell.formula) cell.value = { formula: cell.formula };
        }),
      ),
    );
  },
);

function plain(book, rows) {
  const sheet = book.addWorksheet("Plan");
  rows.forEach((row) => sheet.addRow(row));
  return sheet;
}

async function fromScratch(name, what, edit) {
  const book = new ExcelJS.Workbook();
  edit(book);
  await book.xlsx.writeFile(join(folder, `exceljs-${name}.xlsx`));
  made[`exceljs-${name}.xlsx`] = what;
}

const day = (text) => new Date(`${text}T00:00:00Z`);
const HEADER = ["ID", "Title", "Type", "Baseline", "Target", day("2027-01-08"), day("2027-01-22")];
const ROWS = [
  ["O1", "Goal", "Objective"],
  ["O1.KR1", "Leads", "Increase", 0, 100, 10, 30],
  ["O1.KR2", "Days", "Decrease", 60, 40, 55, 50],
  ["O1.KR3", "Calls", "Increase", 0, 10, 2, 5],
];

await fromScratch("shared", "A plain table; the targets in E3:E5 are one shared formula.", (book) => {
  const sheet = plain(book, [HEADER, ...ROWS]);
  sheet.getCell("E3").value = { formula: "H3*10", result: 100, shareType: "shared", ref: "E3:E5" };
  sheet.getCell("E4").value = { sharedFormula: "E3", result: 40 };
  sheet.getCell("E5").value = { sharedFormula: "E3", result: 10 };
  ["Factor", null, 10, 4, 1].forEach((value, index) => (sheet.getCell(`H${index + 1}`).value = value));
});

await fromScratch("rich", "A plain table with rich text, links, a merged title and a note.", (book) => {
  const sheet = plain(book, [["Acme Cloud, first quarter"], [], HEADER, ...ROWS, [], ["Note: draft"]]);
  sheet.mergeCells("A1:G1");
  sheet.getCell("B3").value = { richText: [{ text: "Ti", font: { bold: true } }, { text: "tle" }] };
  sheet.getCell("B5").value = { text: "Leads", hyperlink: "https://example.com/leads" };
  sheet.getCell("B6").value = { richText: [{ text: "Da" }, { text: "ys", font: { italic: true } }] };
  sheet.getCell("E6").note = "Agreed in December";
});

await fromScratch("1904", "A plain table under the 1904 date system, with a due date.", (book) => {
  book.properties.date1904 = true;
  const sheet = plain(book, [HEADER, ...ROWS]);
  sheet.getCell("H1").value = "Due";
  sheet.getCell("H3").value = day("2027-03-19");
});

await fromScratch("side-by-side", "A plain table; two columns on, another one with ID and Target.", (book) => {
  const other = [["ID", "Target"], ["x", 1], ["y", 2], ["z", 3], ["w", 4]];
  plain(book, [HEADER, ...ROWS].map((row, index) => [...row, ...Array(8 - row.length), ...other[index]]));
});

await fromScratch("errors", "A plain table; F3 #N/A, G3 a formula that gives #DIV/0!, F4 TRUE, G4 a date.", (book) => {
  const sheet = plain(book, [HEADER, ...ROWS]);
  sheet.getCell("F3").value = { error: "#N/A" };
  sheet.getCell("G3").value = { formula: "1/0", result: { error: "#DIV/0!" } };
  sheet.getCell("F4").value = true;
  sheet.getCell("G4").value = day("2027-02-19");
});

await fromScratch("hidden", "A plain table; row 4, column F and the sheet hidden, another sheet shown.", (book) => {
  const sheet = plain(book, [HEADER, ...ROWS]);
  sheet.getRow(4).hidden = true;
  sheet.getColumn("F").hidden = true;
  sheet.state = "veryHidden";
  book.addWorksheet("Shown").addRow(["Nothing here"]);
});

function withSheetjs(name, what, options = {}, edit = () => {}) {
  const book = XLSX.readFile(source, { cellFormula: true, cellNF: true, cellStyles: true });
  for (const sheet of UNREAD) {
    book.SheetNames.splice(book.SheetNames.indexOf(sheet), 1);
    delete book.Sheets[sheet];
  }
  // Names and filters count the sheets of the whole list.
  if (book.Workbook) delete book.Workbook.Names;
  edit(book);
  const bytes = XLSX.write(book, { type: "buffer", compression: true, ...options });
  writeFileSync(join(folder, `sheetjs${name}`), bytes);
  made[`sheetjs${name}`] = what;
}

withSheetjs(".xlsb", "Opened and saved.", { bookType: "xlsb" });
withSheetjs(".xls", "Opened and saved as Excel 97.", { bookType: "biff8" });
withSheetjs("-biff5.xls", "Opened and saved as Excel 5.", { bookType: "biff5" });
withSheetjs(".ods", "Opened and saved.", { bookType: "ods" });
withSheetjs(".csv", "The OKRs sheet as text.", { bookType: "csv", sheet: "OKRs" });
withSheetjs("-utf-16.csv", "The OKRs sheet as UTF-16 text with tabs.", { bookType: "txt", sheet: "OKRs" });
withSheetjs(".xlsm", "Opened and saved with a macro project.", { bookType: "xlsm" }, (book) => {
  book.vbaraw = Buffer.from("not a real project");
});

console.log(JSON.stringify(made));
