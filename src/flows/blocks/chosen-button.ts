import { matchAnswer } from '../../conversations/deliver/fit-content.ts'
import type { AnswerPart, Button } from '../../conversations/message.ts'
import type { Reply } from '../block.ts'

/**
 * The button that a reply stands for: pressed (also in an older message, its value counts), shared as phone or place, or
 * typed as its label or number. Undefined when it stands for none.
 */
export function chosenButton<Kind extends Button>(buttons: Kind[], reply: Reply): Kind | undefined {
  const pressed = pressedAnswer(reply)
  // A value too long for the channel comes back as its label.
  if (pressed) return buttons.find((button) => [button.value ?? button.label, button.label].includes(pressed.value))
  const shared = buttons.find((button) => reply.parts.some((part) => shares(part.type, button)))
  if (shared) return shared
  const typed = matchAnswer([buttons], reply.text)
  return (
    typed && buttons.find((button) => button.label === typed.label && (button.value ?? button.label) === typed.value)
  )
}

/** The answer of a pressed button, whosever it is. */
export function pressedAnswer(reply: Reply): AnswerPart | undefined {
  return reply.parts.find((part) => part.type === 'answer')
}

function shares(part: string, button: Button): boolean {
  return (part === 'contact' && button.request === 'phone') || (part === 'location' && button.request === 'location')
}
