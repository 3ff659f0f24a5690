/** A page of its own with nothing but a code to scan, so that the browser's print dialog shows just that. */
export async function printCode(code: {
  title: string
  lines: [string, string]
  picture: string
  label: string
}): Promise<void> {
  const sheet = document.createElement('iframe')
  sheet.style.cssText = 'position:fixed;inset:auto 0 0 auto;width:0;height:0;border:0'
  sheet.title = code.label
  document.body.append(sheet)
  const page = sheet.contentDocument!
  page.title = code.title
  const style = page.createElement('style')
  style.textContent =
    'body{font-family:system-ui,"Noto Sans CJK SC",sans-serif;text-align:center;margin:24mm}' +
    'h1{font-size:32pt;margin:0 0 6mm}p{font-size:16pt;margin:4mm 0}img{width:110mm;height:110mm}'
  page.head.append(style)
  const title = page.createElement('h1')
  title.textContent = code.title
  const above = page.createElement('p')
  above.textContent = code.lines[0]
  const picture = page.createElement('img')
  picture.src = code.picture
  const below = page.createElement('p')
  below.textContent = code.lines[1]
  page.body.append(title, above, picture, below)
  await picture.decode()
  sheet.contentWindow!.addEventListener('afterprint', () => sheet.remove())
  sheet.contentWindow!.print()
}
