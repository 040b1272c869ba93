/*
 * The SIP bridge as a process beside the program: it ends with it, also when the program is killed. Its settings stand in its environment.
 */
import { messageOf } from '../../../src/platform/errors.ts'
import { runSipBridge } from '../sip-bridge/run-sip-bridge.ts'

process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
try {
  await runSipBridge([], process.env, () => {})
  process.send?.({ state: 'ready' })
} catch (error) {
  process.send?.({ state: 'failed', error: messageOf(error) }, () => process.exit(1))
}
