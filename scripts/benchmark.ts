import { parseArgs } from 'node:util'
import postgres from 'postgres'
import { fillDatabase } from './benchmark/fill-database.ts'
import { startVendor } from './benchmark/load.ts'
import { type Scenario, type Subject, startSubject } from './benchmark/subject.ts'

/**
 * Measures the way of a message against two baselines in the same run: `node scripts/benchmark.ts --database postgres://…`.
 * Without `--database` only the embedded database and the stateless baseline are measured.
 */
const { values } = parseArgs({
  options: {
    database: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    'in-flight': { type: 'string', default: '1,16,64' },
    scenarios: { type: 'string', default: 'echo,request' },
    /** Also on a database that already holds a million messages of 100,000 contacts. */
    large: { type: 'boolean', default: false },
    /** Also the memory over so many messages. */
    soak: { type: 'string' },
    /** Leave the embedded database out. */
    'no-embedded': { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const ms = Number(values.seconds) * 1000
const levels = values['in-flight'].split(',').map(Number)
/** A program that runs for weeks is measured once its code is compiled and its plans are made. */
const warmUpMs = 10_000

const vendor = await startVendor()
const cleanUps: (() => Promise<void>)[] = []
for (const scenario of values.scenarios.split(',') as Scenario[]) await measureScenario(scenario)
if (values.large) await measureLarge()
if (values.soak) await measureMemory(Number(values.soak))
await vendor.close()

async function measureScenario(scenario: Scenario): Promise<void> {
  const subjects = await startSubjects(scenario)
  console.log(
    `\n${scenario === 'echo' ? 'Echo with a placeholder' : 'Echo with one external request and mapping'}: messages a second, median of ${rounds}`,
  )
  await printTable(subjects)
  for (const subject of subjects.filter(({ name }) => name.startsWith('parley'))) {
    const { median, p95 } = await vendor.pace(subject.hook, 50, 5000)
    console.log(
      `${subject.name}: from webhook to reply at 50 messages/s: median ${median.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`,
    )
  }
  await stopAll(subjects)
}

async function startSubjects(scenario: Scenario): Promise<Subject[]> {
  const common = { apiRoot: vendor.bot.url, externalUrl: vendor.externalUrl, scenario }
  const subjects = [await startSubject('stateless', common)]
  if (values.database) {
    subjects.push(await startSubject('durable', { ...common, databaseUrl: await freshDatabase('durable') }))
    subjects.push(await startSubject('parley', { ...common, databaseUrl: await freshDatabase('parley') }))
  }
  if (!values['no-embedded']) {
    const embedded = await startSubject('parley', common)
    subjects.push({ ...embedded, name: 'parley, embedded' })
  }
  return subjects
}

/** All subjects in turn at each level, again and again, so that what else the machine does meets them all. */
async function printTable(subjects: Subject[]): Promise<void> {
  const results = new Map<string, number[]>()
  for (const subject of subjects) await vendor.flood(subject.hook, 16, warmUpMs)
  for (let round = 0; round < rounds; round++) {
    for (const inFlight of levels) {
      for (const subject of subjects) {
        const { perSecond } = await vendor.flood(subject.hook, inFlight, ms)
        const key = `${subject.name}/${inFlight}`
        results.set(key, [...(results.get(key) ?? []), perSecond])
      }
    }
  }
  const figure = (name: string, inFlight: number) => median(results.get(`${name}/${inFlight}`) ?? [])
  const hasDurable = subjects.some(({ name }) => name === 'durable')
  console.table(
    Object.fromEntries(
      subjects.map(({ name }) => [
        name,
        Object.fromEntries(
          levels.flatMap((inFlight) => [
            [`${inFlight} in flight`, Math.round(figure(name, inFlight))],
            ...(hasDurable
              ? [[`ratio ${inFlight}`, Number((figure(name, inFlight) / figure('durable', inFlight)).toFixed(2))]]
              : []),
          ]),
        ),
      ]),
    ),
  )
}

async function measureLarge(): Promise<void> {
  if (!values.database) throw new Error('--large needs --database.')
  const common = { apiRoot: vendor.bot.url, externalUrl: vendor.externalUrl, scenario: 'echo' as const }
  const url = await freshDatabase('large')
  const subjects = [
    await startSubject('durable', { ...common, databaseUrl: await freshDatabase('durable') }),
    await startSubject('parley', { ...common, databaseUrl: url }),
  ]
  await fillDatabase(url, 1_000_000, 100_000)
  console.log(`\nEcho on a database of 1,000,000 messages and 100,000 contacts: messages a second, median of ${rounds}`)
  await printTable(subjects)
  await stopAll(subjects)
}

async function measureMemory(total: number): Promise<void> {
  const common = { apiRoot: vendor.bot.url, externalUrl: vendor.externalUrl, scenario: 'echo' as const }
  const databaseUrl = values.database ? await freshDatabase('soak') : undefined
  const subject = await startSubject('parley', { ...common, databaseUrl })
  console.log(`\nMemory over ${total} messages`)
  for (let done = 0; done <= total; done += total / 10) {
    const { resident, live } = await subject.memory()
    console.log(`${String(done).padStart(8)} messages: ${Math.round(resident)} MB, ${Math.round(live)} MB of it live`)
    if (done < total) await vendor.count(subject.hook, 64, total / 10)
  }
  await stopAll([subject])
}

async function freshDatabase(name: string): Promise<string> {
  const admin = postgres(values.database!, { max: 1, onnotice: () => {} })
  const database = `parley_benchmark_${name}`
  await admin.unsafe(`drop database if exists ${database} with (force)`)
  await admin.unsafe(`create database ${database}`)
  cleanUps.push(async () => {
    await admin.unsafe(`drop database if exists ${database} with (force)`)
    await admin.end()
  })
  const url = new URL(values.database!)
  url.pathname = `/${database}`
  return url.href
}

async function stopAll(subjects: Subject[]): Promise<void> {
  for (const subject of subjects) await subject.stop()
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
}

function median(numbers: number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN
}
