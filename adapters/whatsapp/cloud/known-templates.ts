import type { MessageTemplate } from '../../../src/conversations/abilities.ts'
import type { TemplatePart } from '../../../src/conversations/message.ts'
import type { Clock } from '../../../src/platform/clock.ts'
import { messageOf } from '../../../src/platform/errors.ts'
import type { Log } from '../../../src/platform/log.ts'

const goodMs = 10 * 60_000

/**
 * Templates by name and language, asked for once in ten minutes. A token without the right to see them sends all the same, so
 * that a failure is only noted.
 */
export function knownTemplates(
  list: () => Promise<MessageTemplate[]>,
  clock: Clock,
  log: Log,
): (part: Pick<TemplatePart, 'name' | 'language'>) => Promise<MessageTemplate | undefined> {
  let known: Promise<MessageTemplate[]> = Promise.resolve([])
  let until = 0
  return async ({ name, language }) => {
    const now = clock.now().getTime()
    if (now >= until) {
      until = now + goodMs
      known = list().catch((error: unknown) => {
        log.warn({ reason: messageOf(error) }, 'The templates of WhatsApp cannot be listed.')
        return []
      })
    }
    return (await known).find((template) => template.name === name && template.language === language)
  }
}
