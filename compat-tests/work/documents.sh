#!/usr/bin/env bash
# LibreOffice converts a text with tables and a sheet with formulas, to and fro, to PDF too.
set -euo pipefail

/usr/bin/python3 - <<'PY'
rows = "".join(f"<tr><td>row {n}</td><td>{n * 7919 % 30011}</td></tr>" for n in range(400))
words = "".join(f"<h2>Part {n}</h2><p>{' '.join(f'word{n * k % 997}' for k in range(80))}</p>" for n in range(40))
with open("text.html", "w") as file:
    file.write(f"<html><body><h1>Work</h1>{words}<table>{rows}</table></body></html>")
with open("sheet.csv", "w") as file:
    for n in range(1, 3001):
        file.write(f"{n},{n * 7919 % 30011},=A{n}*B{n},=SUM(C$1:C{n})\n")
PY
office() { soffice --headless --norestore "-env:UserInstallation=file://$PWD/profile" "$@" >&2; }
office --infilter='HTML (StarWriter)' --convert-to odt text.html
office --convert-to docx text.odt
office --convert-to 'txt:Text (encoded):UTF8' --outdir back text.docx
office --convert-to pdf text.docx
office --convert-to xlsx --infilter='CSV:44,34,76,1,,0,false,true,false,false,false,-1' sheet.csv
office --convert-to csv --outdir back sheet.xlsx
md5sum back/text.txt back/sheet.csv
tail -n 1 back/sheet.csv
head -c 5 text.pdf
echo
grep -ac '/Type/Page\b' text.pdf
