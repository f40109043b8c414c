/** A byte order mark, without which spreadsheets read names in the wrong script. */
const MARK = "\ufeff";
/** Spreadsheets take what begins like this for a formula. */
const FORMULA = /^\s*[=+\-@\t\r＝＋－＠]/;

function cell(text: string): string {
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return /[",;\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Links for those who are invited, as a table for a spreadsheet or a mail merge. */
export function linksAsCsv(
  invitations: readonly {
    readonly email: string;
    readonly name: string | null;
    readonly link?: string | null;
  }[],
  titles: readonly string[],
): string {
  const rows = [titles, ...invitations.map(({ email, name, link }) => [email, name ?? "", link ?? ""])];
  return MARK + rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}
