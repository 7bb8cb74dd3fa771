/** The title, the text and the first form of a page that the emulator wrote. */
export function parse(html: string): { title: string; text: string; action: string; fields: Record<string, string> } {
  const form = /<form method="post" action="([^"]*)">([\s\S]*?)<\/form>/.exec(html)
  const inputs = [...(form?.[2] ?? '').matchAll(/<input[^>]*>/g)].flatMap(([tag]) => {
    const name = /\sname="([^"]*)"/.exec(tag)?.[1]
    const value = /\svalue="([^"]*)"/.exec(tag)?.[1] ?? ''
    return name === undefined ? [] : [[decoded(name), decoded(value)] as const]
  })
  return {
    title: decoded(/<h1>([\s\S]*?)<\/h1>/.exec(html)?.[1] ?? ''),
    text: decoded(
      (/<main>([\s\S]*?)<\/main>/.exec(html)?.[1] ?? '')
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    ),
    action: decoded(form?.[1] ?? ''),
    fields: Object.fromEntries(inputs),
  }
}

function decoded(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}
