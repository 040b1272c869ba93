import { systemClock } from '../../../src/platform/clock.ts'
import { createLog } from '../../../src/platform/log.ts'
import { readSettings, settings } from './settings.ts'
import { startSipBridge } from './sip-bridge.ts'

/** The command `parley sip-bridge`: runs the bridge until the process is told to stop. Throws `invalid` for wrong settings. */
export async function runSipBridge(
  args: string[],
  env: Readonly<Record<string, string | undefined>>,
  print: (text: string) => void,
): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) return print(usage())
  const read = readSettings(args, env)
  const log = createLog(read.logLevel)
  const bridge = await startSipBridge(read, { clock: systemClock, log })
  let isStopping = false
  const stop = (signal: NodeJS.Signals) => {
    // Whoever asks twice does not want to wait.
    if (isStopping) process.exit(1)
    isStopping = true
    print(`${signal}: ending the calls …`)
    bridge.stop().then(
      () => process.exit(0),
      (error) => {
        log.fatal(error)
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  print(`The SIP bridge takes commands at ${bridge.address} and SIP at port ${bridge.sipPort} (UDP and TCP).`)
}

function usage(): string {
  const lines = Object.entries(settings).map(([name, setting]) => {
    const usual = 'default' in setting && setting.default !== '' ? ` Default: ${setting.default}.` : ''
    return `  --${name}  (${setting.variable})\n      ${setting.meaning}${usual}`
  })
  return `parley sip-bridge: joins SIP with a voice channel of the kind "sip" or "generic".\n\n${lines.join('\n')}`
}
