import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'

/**
 * Watches for the browser that is started on this profile, and sees that its pipes never break loudly: the library underneath stops
 * listening to them when it closes, and a pipe that breaks a moment later would end the whole program. Gives what ends the watch.
 */
export function guardPipes(profile: string): () => void {
  const onProcess = (message: unknown) => {
    const { process } = message as { process: ChildProcess }
    // It is told of before it is started.
    process.once('spawn', () => {
      if (!process.spawnargs.some((argument) => argument.includes(profile))) return
      for (const stream of process.stdio) stream?.on('error', () => undefined)
    })
  }
  subscribe('child_process', onProcess)
  return () => unsubscribe('child_process', onProcess)
}
