import { enableCompileCache } from 'node:module'
import { runApply } from './gateway/commands/run-apply.ts'
import { runExport } from './gateway/commands/run-export.ts'
import { usage } from './gateway/commands/usage.ts'
import { version } from './gateway/version.ts'
import { readConfig } from './platform/config.ts'
import { AppError } from './platform/errors.ts'

const print = (text: string) => console.log(text)

const commands: Record<string, (args: string[]) => Promise<void> | void> = {
  start,
  apply: (args) => runApply(args, process.env, print),
  export: (args) => runExport(args, process.env, print),
  'sip-bridge': async (args) => {
    const { runSipBridge } = await import('../adapters/voice/sip-bridge/run-sip-bridge.ts')
    await runSipBridge(args, process.env, print)
  },
  help: () => print(usage),
  '--help': () => print(usage),
  '-h': () => print(usage),
  '--version': () => print(version),
}

async function start(args: string[]): Promise<void> {
  if (args.length > 0) throw new AppError('invalid', `"${args[0]}" is not expected here; parley help tells what is.`)
  const config = readConfig(process.env)
  // A thousand files take seconds to be read; what was compiled is kept for the next start, in the system's folder for such things.
  enableCompileCache()
  // The other commands need next to nothing of it.
  const { startParley } = await import('./compose.ts')
  const parley = await startParley(config)
  let stopping = false
  const stop = (signal: NodeJS.Signals) => {
    // Whoever asks twice does not want to wait.
    if (stopping) process.exit(1)
    stopping = true
    print(`${signal}: finishing what is in hand …`)
    parley.stop().then(() => process.exit(0), fail)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)

  print(`\nParley ${version} is listening at ${parley.address}`)
  if (parley.demoUrl) print(`  Try the demo:   ${parley.demoUrl}`)
  if (parley.firstKey) print(`  First API key:  ${parley.firstKey}   (keep it, it is not shown again)`)
  print(`  API reference:  ${parley.address}/api/v1/openapi.json\n`)
}

function fail(error: unknown): never {
  if (!(error instanceof AppError)) {
    console.error(error)
    process.exit(1)
  }
  console.error(error.message)
  for (const { path, message } of error.faults)
    if (!error.message.includes(message)) console.error(`  ${path}: ${message}`)
  process.exit(1)
}

const [name = 'start', ...args] = process.argv.slice(2)
const command = Object.hasOwn(commands, name) ? commands[name] : undefined
try {
  if (!command) throw new AppError('invalid', `There is no command "${name}".\n\n${usage}`)
  await command(args)
} catch (error) {
  fail(error)
}
