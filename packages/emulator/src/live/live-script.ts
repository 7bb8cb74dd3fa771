/**
 * The script of the emulator's own page: asks every second for the requests that came, as the server wrote them, and
 * puts them first. Without it the page is as complete as it was when it was loaded.
 */
export const liveScript: string = `
const list = document.getElementById('requests')
const told = document.getElementById('told')
const follow = document.getElementById('follow')
document.getElementById('following').hidden = false
async function look() {
  if (!follow.checked || document.hidden) return
  try {
    const response = await fetch('/live/requests?after=' + list.dataset.newest)
    if (!response.ok) throw new Error(String(response.status))
    const text = await response.text()
    const items = [...new DOMParser().parseFromString(text, 'text/html').querySelectorAll('li.request')]
    if (items.length > 0) {
      list.prepend(...items)
      list.dataset.newest = items[0].dataset.number
      while (list.children.length > 200) list.lastElementChild.remove()
      told.textContent = items.length === 1 ? '1 new request' : items.length + ' new requests'
    } else if (told.dataset.lost) told.textContent = ''
    delete told.dataset.lost
  } catch {
    told.textContent = 'The emulator does not answer.'
    told.dataset.lost = 'yes'
  }
}
setInterval(look, 1000)
`
