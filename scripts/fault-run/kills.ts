import { setTimeout as sleep } from 'node:timers/promises'
import type { Place } from '../../test/faults/place.ts'
import type { Program } from '../../test/faults/program.ts'
import { type Stage, setStage } from '../../test/faults/stage.ts'
import { doubtful, leftOver, script, tally } from '../../test/faults/tally.ts'

/** A line of the table. */
export interface Outcome {
  database: string
  kills: number
  accepted: number
  answered: number
  doubled: number
  /** The most that may be doubled: the sends in flight of each killed process. */
  cap: number
  /** Doubled answers that are not marked as doubtful. */
  unmarked: number
  lost: number
  disordered: number
  seconds: number
  /** Whether all promises were kept. */
  holds: boolean
}

const sendsInFlight = 32
const people = 50
/** How long everything may take to be answered after the last kill, in milliseconds. */
const patienceMs = 120_000

/** Kills the program once in the midst of so many messages. */
export async function killOnce(place: Place, messages: number): Promise<Outcome> {
  const begin = performance.now()
  const stage = await setStage(place, { sendsInFlight, vendorMs: 5 })
  const said = script(people, Math.round(messages / people))
  let program = await stage.start()
  for (const [person, texts] of said) for (const text of texts) void stage.say(person, text)
  await until(() => (stage.bot.counts.get('sendMessage') ?? 0) > messages / 2)
  await program.kill()
  program = await stage.start()
  return judge(stage, program, said, 1, begin)
}

/** Kills the program at random moments for so many minutes, while people write and wait for their answers. */
export async function killAgain(place: Place, minutes: number): Promise<Outcome> {
  const begin = performance.now()
  const stage = await setStage(place, { sendsInFlight, vendorMs: 5 })
  const said = new Map<number, string[]>()
  let talks = true
  const talking = Array.from({ length: people }, async (_, index) => {
    const texts: string[] = []
    said.set(1000 + index, texts)
    while (talks) {
      texts.push(`m${texts.length}`)
      await stage.say(1000 + index, texts.at(-1)!)
      await sleep(20)
    }
  })
  const end = begin + minutes * 60_000
  let kills = 0
  let program = await stage.start()
  while (performance.now() < end) {
    // On a server the leases of a dead process last ten seconds; some kills fall before they are over, most after.
    await sleep(Math.random() * (place.kind === 'postgres' ? 20_000 : 5000))
    await program.kill()
    kills++
    program = await stage.start()
  }
  talks = false
  await Promise.all(talking)
  return judge(stage, program, said, kills, begin)
}

async function judge(
  stage: Stage,
  program: Program,
  said: Map<number, string[]>,
  kills: number,
  begin: number,
): Promise<Outcome> {
  const { bot, place } = stage
  const complete = await until(() => tally(bot, said).lost.length === 0).catch(() => false)
  program.child.kill('SIGTERM')
  const code = await program.ended
  const { accepted, answered, doubled, lost, disordered } = tally(bot, said)
  const marked = new Set(await doubtful(place))
  const left = await leftOver(place)
  const unmarked = doubled.filter((name) => !marked.has(name)).length
  const cap = kills * sendsInFlight
  const kept = lost.length + disordered.length + unmarked === 0 && doubled.length <= cap
  const clean = Object.values(left).every((count) => count === 0) && code === 0
  if (!clean)
    console.log(`Left over in the database: ${JSON.stringify(left)}; the exit code was ${code}.\n${program.out()}`)
  await stage.close()
  return {
    database: place.kind,
    kills,
    accepted,
    answered,
    doubled: doubled.length,
    cap,
    unmarked,
    lost: lost.length,
    disordered: disordered.length,
    seconds: Math.round((performance.now() - begin) / 1000),
    holds: complete !== false && kept && clean,
  }
}

async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + patienceMs
  while (!holds()) {
    if (performance.now() > end) throw new Error('It did not come to that in time.')
    await sleep(50)
  }
}
