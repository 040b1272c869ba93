#!/usr/bin/env node
// Runs the program on the Node that the project brings along, whichever the system has; a container has one Node only.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const ownNode = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const child = spawn(existsSync(ownNode) ? ownNode : process.execPath, [main, ...process.argv.slice(2)], {
  stdio: 'inherit',
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  console.error(`The program cannot be started: ${error.message}. Run npm ci first.`)
  process.exitCode = 1
})
child.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal]
})
