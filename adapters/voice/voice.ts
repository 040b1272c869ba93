import type { ChannelDefinition } from '../../src/conversations/channel.ts'
import { createVoiceAdapter } from './adapter.ts'
import { voiceSettings } from './settings.ts'

/** A phone line: calls to us and calls that flows place, by a phone system of any make. */
export const voice: ChannelDefinition = {
  kind: 'voice',
  title: 'Phone line',
  conversations: ['call'],
  example: {
    driver: 'generic',
    url: 'https://pbx.example.com/parley',
    secret: 'a-long-shared-secret',
    country: 'DE',
    allowedSipServers: ['pbx.example.com'],
  },
  settings: voiceSettings,
  create: createVoiceAdapter,
}
