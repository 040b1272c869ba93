import type { ChannelDefinition } from '../../src/conversations/channel.ts'
import { createWebchatAdapter } from './adapter.ts'
import { webchatPages } from './pages.ts'
import { webchatSettings } from './settings.ts'

/** A chat on a page of ours, or in a site's corner by a script of one line. */
export const webchat: ChannelDefinition = {
  kind: 'webchat',
  title: 'Web chat',
  conversations: ['direct'],
  example: { title: 'North Cars', welcome: 'How can we help?', color: '#0f766e' },
  settings: webchatSettings,
  create: createWebchatAdapter,
  pages: webchatPages,
}
