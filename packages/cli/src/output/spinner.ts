/** How long work may take before anything moves. */
const patience = 300
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/** Shows that work goes on, in one line that is gone when it has ended. */
export async function whileSpinning<T>(
  stream: { write(text: string): unknown },
  what: string,
  work: Promise<T>,
): Promise<T> {
  let frame = 0
  let isShown = false
  const draw = (): void => {
    isShown = true
    stream.write(`\r${frames[frame++ % frames.length]} ${what}`)
  }
  let ticking: NodeJS.Timeout | undefined
  const starting = setTimeout(() => {
    draw()
    ticking = setInterval(draw, 80)
  }, patience)
  try {
    return await work
  } finally {
    clearTimeout(starting)
    clearInterval(ticking)
    if (isShown) stream.write('\r\u001b[K')
  }
}
