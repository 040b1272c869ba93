/*
 * The SIP bridge as a process beside the program: it is told its settings in the first message, and ends with the program, also when that is
 * killed.
 */
import { messageOf } from '../../../src/platform/errors.ts'
import { runSipBridge } from '../sip-bridge/run-sip-bridge.ts'

process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.once('message', (settings: Record<string, string>) => {
  runSipBridge([], settings, () => {}).then(
    () => process.send?.({ state: 'ready' }),
    (error: unknown) => process.send?.({ state: 'failed', error: messageOf(error) }, () => process.exit(1)),
  )
})
