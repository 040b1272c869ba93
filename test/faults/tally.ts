import type { BotApi } from '../doubles/bot-api/bot-api.ts'
import type { Place } from './place.ts'

/** What came of a load: each person was to get each of their texts back once, in order. */
export interface Tally {
  /** Texts that were sent to the bot and acknowledged. */
  accepted: number
  /** Of those, how many came back at least once. */
  answered: number
  /** How many answers came more than once, as `person/text`. */
  doubled: string[]
  lost: string[]
  /** People whose answers came in another order than their texts. */
  disordered: number[]
}

/** Compares what people said with what the vendor was given for them. */
export function tally(bot: BotApi, said: ReadonlyMap<number, readonly string[]>): Tally {
  const result: Tally = { accepted: 0, answered: 0, doubled: [], lost: [], disordered: [] }
  for (const [person, texts] of said) {
    const answers = bot.sent(person).map((message) => String(message.text))
    const known = new Set(answers)
    result.accepted += texts.length
    result.answered += texts.filter((text) => known.has(text)).length
    for (const text of texts) if (!known.has(text)) result.lost.push(`${person}/${text}`)
    // A doubled answer follows right behind itself: the conversation waits for it.
    const once = answers.filter((text, index) => text !== answers[index - 1])
    for (const [index, text] of answers.entries())
      if (text === answers[index - 1]) result.doubled.push(`${person}/${text}`)
    const expected = texts.filter((text) => known.has(text))
    if (once.join('\n') !== expected.join('\n')) result.disordered.push(person)
  }
  return result
}

/** Deliveries that are marked as perhaps doubled, as `person/text`. */
export function doubtful(place: Place): Promise<string[]> {
  return place.look(async (db) => {
    const rows = await db.query<{ name: string }>(
      `select payload ->> 'thread' || '/' || (payload -> 'outbound' ->> 'text') as name from deliveries where doubtful order by id`,
    )
    return rows.map((row) => row.name)
  })
}

/** What does not add up in the database once everything is answered: open deliveries, unworked or parked events, unsent messages. */
export function leftOver(place: Place): Promise<Record<string, number>> {
  return place.look(async (db) => {
    const [row] = await db.query<Record<string, number>>(
      `select (select count(*) from deliveries where status <> 'sent')::int as deliveries,
              (select count(*) from events where status <> 'done')::int as events,
              (select count(*) from messages where direction = 'outbound' and status <> 'sent')::int as unsent,
              (select count(*) from runs where status = 'failed')::int as runs`,
    )
    return row!
  })
}

/** Fifty people of five texts and the like: what each says. */
export function script(people: number, each: number): Map<number, string[]> {
  return new Map(
    Array.from({ length: people }, (_, person) => [
      1000 + person,
      Array.from({ length: each }, (_, index) => `m${index}`),
    ]),
  )
}
