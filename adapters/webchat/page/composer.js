import { words } from './words.js'

/** Where the visitor writes: Enter sends, Shift+Enter breaks the line; on a touch keyboard only the button sends. */
export function openComposer(form, keep, send) {
  const input = form.querySelector('.input')
  const button = form.querySelector('.send')
  const touch = matchMedia('(pointer: coarse)').matches
  input.placeholder = words.placeholder
  input.ariaLabel = words.input
  button.ariaLabel = words.send
  button.title = words.send
  if (touch) input.enterKeyHint = 'enter'
  input.value = keep.get('draft') ?? ''
  grow()

  input.addEventListener('input', () => {
    keep.set('draft', input.value)
    grow()
  })
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || touch) return
    event.preventDefault()
    form.requestSubmit()
  })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const text = input.value.trim()
    if (!text) return
    input.value = ''
    keep.remove('draft')
    grow()
    input.focus()
    send(text)
  })

  function grow() {
    button.disabled = input.value.trim() === ''
    input.style.height = 'auto'
    input.style.height = `${input.scrollHeight}px`
  }

  return { focus: () => input.focus() }
}
