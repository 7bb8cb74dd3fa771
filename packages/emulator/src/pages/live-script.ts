/**
 * The script of the emulator's own page: every second it fetches the new requests and the state, as the server rendered
 * them. It filters as one types, and copies. Without it, the page shows what there was when it was loaded, and its forms
 * work all the same.
 */
export const liveScript: string = `
const list = document.getElementById('requests')
const notice = document.getElementById('notice')
const follow = document.getElementById('follow')
const filter = document.getElementById('filter')
const empty = document.querySelector('.empty')
document.getElementById('following').hidden = false
filter.querySelector('.actions').hidden = true
if (location.search.includes('told=')) history.replaceState(null, '', '/')
let selections = 0

function selection() {
  const fields = new URLSearchParams(new FormData(filter))
  for (const [name, value] of [...fields]) if (value === '') fields.delete(name)
  return fields
}
async function requests(after) {
  const asked = selection()
  asked.set('after', after)
  const response = await fetch('/live/requests?' + asked)
  if (!response.ok) throw new Error(String(response.status))
  const sent = new DOMParser().parseFromString(await response.text(), 'text/html')
  return { list: sent.getElementById('requests'), state: sent.getElementById('state') }
}
function show({ list: sent, state }) {
  list.dataset.newest = sent.dataset.newest
  list.dataset.total = sent.dataset.total
  const shown = document.getElementById('state')
  const code = document.getElementById('device-code')
  if (code && (code.value === '' || code.value === shown.dataset.code)) code.value = state.dataset.code
  shown.replaceWith(state)
}
async function poll() {
  if (!follow.checked || document.hidden) return
  const before = selections
  try {
    const sent = await requests(list.dataset.newest)
    if (before !== selections) return
    const items = [...sent.list.children]
    show(sent)
    list.prepend(...items)
    offerCopies(items)
    while (list.children.length > 200) list.lastElementChild.remove()
    if (items.length > 0) notice.textContent = items.length === 1 ? '1 new request' : items.length + ' new requests'
    else if (notice.dataset.lost) notice.textContent = ''
    delete notice.dataset.lost
  } catch {
    notice.textContent = 'The emulator is not responding.'
    notice.dataset.lost = 'yes'
  }
}
async function select() {
  selections += 1
  const mine = selections
  const asked = selection()
  history.replaceState(null, '', asked.size > 0 ? '/?' + asked : '/')
  try {
    const sent = await requests(0)
    if (mine !== selections) return
    show(sent)
    list.replaceChildren(...sent.list.children)
    offerCopies([...list.children])
    notice.textContent = list.children.length + ' of ' + list.dataset.total + ' requests'
    empty.textContent = 'No request is selected.'
  } catch {
    notice.textContent = 'The emulator is not responding.'
    notice.dataset.lost = 'yes'
  }
}
function offerCopies(parts) {
  for (const text of parts.flatMap((part) => [...part.querySelectorAll('[data-copy]')])) {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'quiet small'
    button.textContent = text.dataset.copy
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(text.textContent)
        notice.textContent = 'Copied.'
        button.textContent = 'Copied'
        setTimeout(() => { button.textContent = text.dataset.copy }, 2000)
      } catch {
        getSelection().selectAllChildren(text)
        notice.textContent = 'This browser does not let a page copy. The text is selected.'
      }
    })
    text.after(button)
  }
}
filter.addEventListener('submit', (event) => { event.preventDefault(); select() })
filter.addEventListener('change', select)
filter.addEventListener('input', (event) => { if (event.target.type === 'search') select() })
offerCopies([document])
setInterval(poll, 1000)
`
