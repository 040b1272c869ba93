const english = {
  connecting: 'Connecting…',
  online: 'We answer here',
  offline: 'No connection. Your messages will be sent as soon as it is back.',
  refused: 'The chat is not available at the moment.',
  newcomer: 'Write to us: the answer comes right here.',
  input: 'Your message',
  placeholder: 'Write a message…',
  send: 'Send',
  close: 'Close the chat',
  down: 'To the newest messages',
  log: 'Messages',
  you: 'You',
  choices: 'Answers to choose from',
  sending: 'Sending…',
  retrying: 'Not sent yet. Trying again…',
  failed: 'Not sent.',
  again: 'Try again',
  today: 'Today',
  yesterday: 'Yesterday',
  image: 'Picture',
  video: 'Video',
  audio: 'Recording',
  document: 'File',
  place: 'Place on the map',
  unsupported: 'This message cannot be shown here.',
  spoiler: 'Hidden text: press to show it',
}

const russian = {
  connecting: 'Соединяемся…',
  online: 'Отвечаем здесь',
  offline: 'Нет связи. Сообщения уйдут, как только она появится.',
  refused: 'Чат сейчас недоступен.',
  newcomer: 'Напишите нам: ответ придёт прямо сюда.',
  input: 'Ваше сообщение',
  placeholder: 'Напишите сообщение…',
  send: 'Отправить',
  close: 'Закрыть чат',
  down: 'К новым сообщениям',
  log: 'Сообщения',
  you: 'Вы',
  choices: 'Варианты ответа',
  sending: 'Отправляем…',
  retrying: 'Пока не отправлено. Пробуем ещё раз…',
  failed: 'Не отправлено.',
  again: 'Повторить',
  today: 'Сегодня',
  yesterday: 'Вчера',
  image: 'Изображение',
  video: 'Видео',
  audio: 'Запись',
  document: 'Файл',
  place: 'Место на карте',
  unsupported: 'Это сообщение нельзя показать здесь.',
  spoiler: 'Скрытый текст: нажмите, чтобы показать',
}

/** The language of the page: the first of the browser's that we speak, or English. */
export const language =
  navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag === 'ru' || tag === 'en') ?? 'en'

/** What the page says, in the visitor's language. */
export const words = language === 'ru' ? russian : english
