const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** How much something is, in the person's language ("1.9 MB", "1,9 MB"); counted by 1024, as bounds are set: 256 MiB are "256 MB". */
export function dataSize(bytes: number, language: string): string {
  let size = bytes;
  let at = 0;
  while (size >= 1000 && at < UNITS.length - 1) {
    size /= 1024;
    at += 1;
  }
  const unit = UNITS[at] ?? "byte";
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit,
    unitDisplay: at === 0 ? "long" : "short",
    maximumFractionDigits: size < 10 && at > 0 ? 1 : 0,
  }).format(size);
}
