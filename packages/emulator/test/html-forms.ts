/** A form as a person would send it without entering anything. */
export interface ParsedForm {
  action: string
  fields: Record<string, string>
}

/** The title, the text and the forms of a page that the emulator wrote. */
export function parse(html: string): { title: string; text: string; forms: ParsedForm[] } {
  const forms = [...html.matchAll(/<form method="post" action="([^"]*)">([\s\S]*?)<\/form>/g)].map(
    ([, action = '', content = '']) => ({ action: decoded(action), fields: fieldsOf(content) }),
  )
  return {
    forms,
    title: decoded(/<h1>([\s\S]*?)<\/h1>/.exec(html)?.[1] ?? ''),
    text: decoded(
      (/<main>([\s\S]*?)<\/main>/.exec(html)?.[1] ?? '')
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    ),
  }
}

function fieldsOf(form: string): Record<string, string> {
  const inputs = [...form.matchAll(/<input[^>]*>/g)].flatMap(([tag]) => {
    const name = /\sname="([^"]*)"/.exec(tag)?.[1]
    const value = /\svalue="([^"]*)"/.exec(tag)?.[1] ?? ''
    const isUnchecked = /\stype="checkbox"/.test(tag) && !/\schecked/.test(tag)
    return name === undefined || isUnchecked ? [] : [[decoded(name), decoded(value)] as const]
  })
  return Object.fromEntries(inputs)
}

function decoded(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}
