import { flow, type Stage, says } from '../../flows/engine/stage.ts'

/** Says again what was said. */
export const echo = flow('Echo', [{ type: 'any_message', conversations: ['direct', 'group'], to: 'echo' }], {
  echo: says('{{ message.text }}'),
})

/** People and chats as Telegram tells of them. */
export const person = (id: number) => ({ id, is_bot: false, first_name: `Person ${id}` })
export const privately = (id: number) => ({ id, type: 'private', first_name: `Person ${id}` })
export const group = (id: number, title = 'Buyers') => ({ id, type: 'supergroup', title })
export const date = 1_793_600_000
/** A message with a picture, in a chat with the bot unless more is told. */
export const photo = (id: number, sender: number, more: object) => ({
  message: {
    message_id: id,
    date,
    chat: privately(sender),
    from: person(sender),
    photo: [{ file_id: `f${id}`, file_unique_id: `u${id}`, width: 10, height: 10 }],
    ...more,
  },
})

/** In one batch for sure: an album at the head of the chat's queue holds all of them back for a moment. */
export async function inOneBatch(stage: Stage, chat: object, ...updates: Record<string, unknown>[]): Promise<void> {
  const { message } = photo(900, 1, { media_group_id: 'holds', chat })
  await stage.update({ update_id: 900, message })
  for (const update of updates) await stage.update(update)
  await stage.pass('2s')
}
