import { vi } from 'vitest'
import { createOperator } from '../../../../../src/team/create-operator.ts'
import { linkIdentity } from '../../../../../src/team/identities/link-identity.ts'
import type { DoubleMessage } from '../../../../doubles/bot-api/account.ts'
import { startTestParley } from '../../../../parley.ts'
import { botToken, openStage, type Stage, type StageOptions } from '../../../flows/engine/stage.ts'

export const teamGroup = -1009000000001
export const olga = 70
export const boris = 71
const date = 1_793_600_000

/** A stage whose bot has a team: Olga and Boris are linked, and have a group with topics. */
export interface Team {
  stage: Stage
  /** An operator, or somebody else, writes to the bot in private. */
  write(person: number, text: string): Promise<void>
  /** Somebody writes in a topic of the team's group; gives the message's number. */
  writeIn(topic: number | undefined, person: number, text: string, more?: object): Promise<number>
  /** Somebody changes what they wrote there. */
  editIn(topic: number, person: number, id: number, text: string): Promise<void>
  /** Somebody presses a button, found by its label in what the bot said last in the chat. */
  press(person: number, chat: number, label: string): Promise<void>
  /** What the bot said in a chat or a topic. */
  heard(chat: number, topic?: number): Promise<string[]>
  /** The topics that were opened: numbers and names. */
  topics(): Promise<{ id: number; name: string }[]>
  /** The program is stopped, and another one started on the same database. */
  restart(): Promise<void>
  close(): Promise<void>
  rest(): Promise<void>
}

export async function openTeam(options: Partial<StageOptions> = {}): Promise<Team> {
  const stage = await openStage({
    flows: [],
    ...options,
    bot: { desk: true, teamGroup: String(teamGroup), ...options.bot },
  })
  const operatorId = stage.work.by.kind === 'operator' ? stage.work.by.id : 0
  await stage.run(linkIdentity, { operatorId, kind: 'telegram', value: String(olga) })
  const other = await stage.run(createOperator, { name: 'Boris', email: null, role: 'manager', onShift: true })
  await stage.run(linkIdentity, { operatorId: other.id, kind: 'telegram', value: String(boris) })
  let parley = stage.parley
  let close = stage.close
  let updates = 10_000

  const post = async (update: Record<string, unknown>) => {
    const status = await stage.post(parley.address, { update_id: ++updates, ...update })
    if (status !== 200) throw new Error(`The update was answered with ${status}; expected 200.`)
  }
  const person = (id: number) => ({ id, is_bot: false, first_name: `Person ${id}` })
  const group = { id: teamGroup, type: 'supergroup', title: 'Team', is_forum: true }
  const commands = (text: string) => {
    const command = /^\/\w+/.exec(text)?.[0]
    return command ? { entities: [{ type: 'bot_command', offset: 0, length: command.length }] } : {}
  }
  const placeOf = (topic: number | undefined) =>
    topic === undefined
      ? {}
      : {
          message_thread_id: topic,
          is_topic_message: true,
          // Every message of a topic carries its creation as what it replies to.
          reply_to_message: {
            message_id: topic,
            date,
            chat: group,
            from: { id: Number(botToken.split(':')[0]), is_bot: true, first_name: 'Agent' },
            forum_topic_created: { name: 'Topic', icon_color: 1 },
          },
        }
  const rest = () =>
    vi.waitFor(
      async () => {
        await stage.rest()
        const [row] = await stage.db.query<Record<string, number>>(
          `select (select count(*)::int from channel_orders where status = 'pending') as orders,
                  (select count(*)::int from deliveries where finished_at is null and due_at <= $1::timestamptz) as deliveries,
                  (select count(*)::int from changes c where not exists (
                     select 1 from cursors r where r.name = 'rooms' and (c.xact, c.id) <= (r.xact, r.change_id))) as unread`,
          [stage.clock.now().toISOString()],
        )
        const busy = Object.entries(row!).filter(([, count]) => count > 0)
        if (busy.length > 0) throw new Error(`Still under way: ${JSON.stringify(Object.fromEntries(busy))}`)
      },
      { timeout: 15_000, interval: 20 },
    )
  const sent = (chat: number, topic?: number): DoubleMessage[] =>
    stage.bot.sent(chat).filter((message) => topic === undefined || message.message_thread_id === topic)

  return {
    stage,
    rest,
    async write(from, text) {
      const id = ++updates
      const chat = { id: from, type: 'private', first_name: `Person ${from}` }
      await post({ message: { message_id: id, date, chat, from: person(from), text, ...commands(text) } })
      await rest()
    },
    async writeIn(topic, from, text, more = {}) {
      const message_id = ++updates
      const said = { ...placeOf(topic), text, ...commands(text), ...more }
      await post({ message: { message_id, date, chat: group, from: person(from), ...said } })
      await rest()
      return message_id
    },
    async editIn(topic, from, message_id, text) {
      const place = placeOf(topic)
      await post({
        edited_message: { message_id, date, edit_date: date + 9, chat: group, from: person(from), ...place, text },
      })
      await rest()
    },
    async press(from, chat, label) {
      const message = sent(chat).findLast(({ reply_markup }) =>
        JSON.stringify(reply_markup ?? {}).includes(`"${label}"`),
      )
      const markup = message?.reply_markup as
        | { inline_keyboard: { text: string; callback_data: string }[][] }
        | undefined
      const button = markup?.inline_keyboard.flat().find(({ text }) => text === label)
      if (!message || !button) throw new Error(`Nobody offers "${label}" in ${chat}.`)
      await post({
        callback_query: {
          id: String(++updates),
          from: person(from),
          chat_instance: '1',
          message,
          data: button.callback_data,
        },
      })
      await rest()
    },
    async heard(chat, topic) {
      await rest()
      return sent(chat, topic).map((message) => String(message.text ?? message.caption ?? Object.keys(message).at(-1)))
    },
    async topics() {
      await rest()
      return stage.bot.calls
        .filter(({ method, status }) => method === 'createForumTopic' && status === 200)
        .map(({ params, result }) => ({
          id: (result as { message_thread_id: number }).message_thread_id,
          name: String(params.name),
        }))
    },
    async restart() {
      await parley.stop()
      const next = await startTestParley(stage.db, { clock: stage.clock })
      parley = next
      close = async () => {
        await next.dispose()
        await stage.bot.close()
      }
    },
    close: () => close(),
  }
}
