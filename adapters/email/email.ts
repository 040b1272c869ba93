import type { ChannelDefinition } from '../../src/conversations/channel.ts'
import { createEmailAdapter } from './adapter.ts'
import { emailSettings } from './settings.ts'

/** A mailbox: read by IMAP, written from by SMTP. */
export const email: ChannelDefinition = {
  kind: 'email',
  title: 'E-mail',
  conversations: ['email'],
  example: {
    address: 'desk@example.com',
    name: 'North Cars',
    imap: { host: 'imap.example.com' },
    smtp: { host: 'smtp.example.com' },
    password: 'an app password',
  },
  settings: emailSettings,
  create: (context) => createEmailAdapter(context),
}
