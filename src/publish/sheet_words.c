#include "publish/sheet_words.h"

#include <string.h>

#include "base/banned.h"

static const struct sheet_language languages[SHEET_LANGUAGES] = {
	{ "en", false, 0 }, { "ru", false, 1 }, { "ar", true, 2 }, { "fr", false, 3 }, { "es", false, 4 },
};

static const char *const phrases[PHRASE_COUNT][SHEET_LANGUAGES] = {
	[PHRASE_EXERCISE] = { "EXERCISE EXERCISE EXERCISE - nothing of this is real", "УЧЕНИЯ УЧЕНИЯ УЧЕНИЯ - всё это не на самом деле",
		"تمرين تمرين تمرين - لا شيء من هذا حقيقي", "EXERCICE EXERCICE EXERCICE - rien de ceci n'est réel",
		"EJERCICIO EJERCICIO EJERCICIO - nada de esto es real" },
	[PHRASE_WITHDRAWN] = { "WITHDRAWN: do not pass this on; say that it is withdrawn.",
		"ОТОЗВАНО: не передавайте это; сообщите, что это отозвано.", "مسحوب: لا تنقل هذا، بل أبلغ بأنه سحب.",
		"RETIRÉ : ne le transmettez pas ; dites qu'il est retiré.", "RETIRADO: no lo transmita; diga que se ha retirado." },
	[PHRASE_ENDED] = { "ENDED: we have closed this warning; look at the closure before you pass anything on.",
		"ЗАКРЫТО: мы закрыли это предупреждение; прежде чем передавать, посмотрите, чем оно закрыто.",
		"منته: لقد أغلقنا هذا التحذير؛ راجع الإغلاق قبل نقل أي شيء.",
		"CLOS : nous avons clos cet avertissement ; voyez la clôture avant de transmettre quoi que ce soit.",
		"CERRADO: hemos cerrado este aviso; vea el cierre antes de transmitir nada." },
	[PHRASE_NEWER] = { "There is a newer warning about this: pass that one on.",
		"Об этом есть более новое предупреждение: передавайте его.", "يوجد تحذير أحدث بهذا الشأن: انقل الأحدث.",
		"Il existe un avertissement plus récent à ce sujet : transmettez celui-là.",
		"Hay un aviso más reciente sobre esto: transmita ese." },
	[PHRASE_SCRIPT] = { "What to say on the telephone", "Что сказать по телефону", "ما يقال عبر الهاتف",
		"Ce qu'il faut dire au téléphone", "Qué decir por teléfono" },
	[PHRASE_CALL] = { "Call", "Звонить", "الاتصال", "Appeler", "Llamar" },
	[PHRASE_FOR] = { "For", "Для", "إلى", "Pour", "Para" },
	[PHRASE_TELL] = { "May be told instead", "Вместо этого можно сообщить", "يمكن إبلاغه بدلا منه", "Peut être averti à sa place",
		"Puede avisarse en su lugar" },
	[PHRASE_NOT_ALOUD] = { "Note, not to be read out", "Заметка, вслух не читать", "ملاحظة، لا تقرأ بصوت عال",
		"Note, à ne pas lire à voix haute", "Nota, no leer en voz alta" },
	[PHRASE_SAY] = { "Say", "Сказать", "قل", "Dire", "Decir" },
	[PHRASE_THIS_IS] = { "This is %s.", "Говорит %s.", "معك %s.", "Ici %s.", "Le habla %s." },
	[PHRASE_SAY_WARNING] = { "I have a warning for you about a danger to people.", "У меня для вас предупреждение об опасности для людей.",
		"لدي تحذير لك بشأن خطر على الناس.", "J'ai un avertissement pour vous : des personnes sont en danger.",
		"Tengo un aviso para usted: hay personas en peligro." },
	[PHRASE_SAY_RETRACTION] = { "We withdraw a warning that we gave you. Please do not act on it any more.",
		"Мы отзываем предупреждение, которое дали вам. Пожалуйста, больше не действуйте по нему.",
		"نسحب تحذيرا كنا قد أبلغناك به. يرجى عدم التصرف بناء عليه بعد الآن.",
		"Nous retirons un avertissement que nous vous avions donné. N'agissez plus sur cette base.",
		"Retiramos un aviso que le dimos. Por favor, no actúe más según él." },
	[PHRASE_SAY_CLOSURE] = { "I have news of a warning that we gave you.", "У меня новости о предупреждении, которое мы дали вам.",
		"لدي مستجدات بشأن تحذير كنا قد أبلغناك به.", "J'ai des nouvelles d'un avertissement que nous vous avions donné.",
		"Tengo novedades sobre un aviso que le dimos." },
	[PHRASE_SAY_OTHER] = { "I have a message for you.", "У меня для вас сообщение.", "لدي رسالة لك.", "J'ai un message pour vous.",
		"Tengo un mensaje para usted." },
	[PHRASE_WRITE_DOWN] = { "Please write down what I say.", "Пожалуйста, запишите то, что я скажу.", "يرجى كتابة ما أقوله.",
		"Notez, s'il vous plaît, ce que je dis.", "Por favor, anote lo que digo." },
	[PHRASE_KNOWN] = { "What is known", "Что известно", "ما هو معروف", "Ce que l'on sait", "Lo que se sabe" },
	[PHRASE_DO] = { "What to do", "Что делать", "ما يجب فعله", "Ce qu'il faut faire", "Qué hacer" },
	[PHRASE_NO_ADVICE] = { "There is no advice with this; decide by what is known.", "Указаний нет; решайте по тому, что известно.",
		"لا توجد إرشادات؛ قرر بناء على ما هو معروف.", "Il n'y a pas de consigne ; décidez d'après ce que l'on sait.",
		"No hay indicaciones; decida según lo que se sabe." },
	[PHRASE_CALL_BACK] = { "Call back", "Перезвонить", "معاودة الاتصال", "Rappeler", "Devolver la llamada" },
	[PHRASE_NO_CALL_BACK] = { "no number is set (policy desk.callback)", "номер не задан (policy desk.callback)",
		"لم يحدد رقم (policy desk.callback)", "aucun numéro n'est fixé (policy desk.callback)",
		"no hay ningún número fijado (policy desk.callback)" },
	[PHRASE_CODE] = { "Short code", "Короткий код", "الرمز القصير", "Code court", "Código corto" },
	[PHRASE_COMPARE] = { "Whoever speaks of this to you again must know this code.",
		"Всякий, кто снова заговорит с вами об этом, должен знать этот код.",
		"كل من يحدثك عن هذا مرة أخرى يجب أن يعرف هذا الرمز.",
		"Quiconque vous en reparlera doit connaître ce code.", "Quien vuelva a hablarle de esto debe conocer este código." },
	[PHRASE_READ_BACK] = { "Please read back to me: what, where, when, what to do, and the code.",
		"Пожалуйста, повторите: что, где, когда, что делать и код.",
		"يرجى إعادة القراءة علي: ماذا وأين ومتى وما يجب فعله والرمز.",
		"Relisez-moi, s'il vous plaît : quoi, où, quand, que faire, et le code.",
		"Por favor, léamelo: qué, dónde, cuándo, qué hacer y el código." },
	[PHRASE_HANDLING] = { "Handling", "Обращение", "التعامل", "Traitement", "Tratamiento" },
	[PHRASE_TELL_YES] = { "People who are in danger may be told.", "Людям, которым грозит опасность, можно сообщить.",
		"يجوز إبلاغ الأشخاص المعرضين للخطر.", "Les personnes en danger peuvent être averties.",
		"Se puede avisar a las personas en peligro." },
	[PHRASE_TELL_NO] = { "Tell nobody else before you have called back.", "Никому не сообщайте, пока не перезвоните.",
		"لا تخبر أحدا آخر قبل معاودة الاتصال.", "Ne le dites à personne d'autre avant d'avoir rappelé.",
		"No lo diga a nadie más antes de devolver la llamada." },
	[PHRASE_NO_ALL_CLEAR] = { "When this time has passed, that alone does not mean that the danger is over.",
		"Если это время прошло, это ещё не значит, что опасность миновала.",
		"انقضاء هذا الوقت لا يعني وحده أن الخطر قد زال.",
		"Que ce délai soit passé ne signifie pas à lui seul que le danger est écarté.",
		"Que haya pasado este plazo no significa por sí solo que el peligro haya terminado." },
	[PHRASE_AFTERWARDS] = { "Afterwards, write down who was told, when, and what was read back",
		"После этого запишите, кому сообщено, когда и что повторено", "بعد ذلك دون من أبلغ ومتى وما أعيدت قراءته",
		"Ensuite, notez qui a été averti, quand, et ce qui a été relu", "Después, anote a quién se avisó, cuándo y qué se leyó" },
	[PHRASE_CHECK] = { "To be sure that this page is from us, call back on a number that you know, and compare the short code.",
	
		"Чтобы убедиться, что эта страница от нас, перезвоните по номеру, который вы знаете, и сравните короткий код.",
		"للتأكد من أن هذه الصفحة منا، اتصل برقم تعرفه وقارن الرمز القصير.",
		"Pour être sûr que cette page vient de nous, rappelez un numéro que vous connaissez et comparez le code court.",
		"Para estar seguro de que esta página es nuestra, llame a un número que conozca y compare el código corto." },
	[PHRASE_RECEIVED] = { "Received (name, time, signature)", "Получено (имя, время, подпись)", "استلم (الاسم، الوقت، التوقيع)",
		"Reçu (nom, heure, signature)", "Recibido (nombre, hora, firma)" },
	[PHRASE_MORE] = { "Further", "Далее", "إضافة", "En outre", "Además" },
	[PHRASE_TITLE_WARNING] = { "Warning", "Предупреждение", "تحذير", "Avertissement", "Aviso" },
	[PHRASE_TITLE_RETRACTION] = { "A warning is withdrawn", "Предупреждение отозвано", "سحب تحذير", "Un avertissement est retiré",
		"Se retira un aviso" },
	[PHRASE_TITLE_CLOSURE] = { "What became of a warning", "Что стало с предупреждением", "ما آل إليه تحذير",
		"Ce qu'est devenu un avertissement", "Qué fue de un aviso" },
	[PHRASE_TITLE_OTHER] = { "Message", "Сообщение", "رسالة", "Message", "Mensaje" },
	[PHRASE_THREAT] = { "Threat", "Угроза", "التهديد", "Menace", "Amenaza" },
	[PHRASE_HARM] = { "Harm", "Вред", "الضرر", "Dommage", "Daño" },
	[PHRASE_METHOD] = { "How", "Как", "الكيفية", "Comment", "Cómo" },
	[PHRASE_ACTOR] = { "By whom", "Кто", "الفاعل", "Par qui", "Por quién" },
	[PHRASE_WHO] = { "Who is threatened", "Кому угрожают", "المهدد", "Qui est menacé", "A quién se amenaza" },
	[PHRASE_PLACE] = { "Where", "Где", "المكان", "Où", "Dónde" },
	[PHRASE_AREA] = { "On the map", "На карте", "على الخريطة", "Sur la carte", "En el mapa" },
	[PHRASE_FROM] = { "From", "С", "من", "À partir de", "Desde" },
	[PHRASE_UNTIL] = { "Until", "До", "حتى", "Jusqu'à", "Hasta" },
	[PHRASE_WHEN] = { "When", "Когда", "الزمان", "Quand", "Cuándo" },
	[PHRASE_LIKELIHOOD] = { "How likely", "Вероятность", "الاحتمال", "Probabilité", "Probabilidad" },
	[PHRASE_CONFIDENCE] = { "How sure we are", "Наша уверенность", "مدى ثقتنا", "Notre degré de certitude", "Nuestra certeza" },
	[PHRASE_REASON] = { "Why", "Почему", "السبب", "Pourquoi", "Por qué" },
	[PHRASE_OUTCOME] = { "How it ended", "Чем закончилось", "كيف انتهى", "Comment cela s'est terminé", "Cómo terminó" },
	[PHRASE_TEXT] = { "Also", "Также", "أيضا", "Aussi", "También" },
	[PHRASE_ASK] = { "We ask", "Мы просим", "نطلب", "Nous demandons", "Pedimos" },
	[PHRASE_REPLY_BY] = { "Answer by", "Ответить до", "الرد قبل", "Répondre avant", "Responder antes de" },
	[PHRASE_DATE] = { "Written", "Составлено", "كتب في", "Établi le", "Redactado" },
};

static const struct {
	const char *word;
	const char *in[SHEET_LANGUAGES];
} words[] = {
	{ "death", { "death", "гибель", "وفاة", "mort", "muerte" } },
	{ "injury", { "injury", "ранения", "إصابة", "blessures", "lesiones" } },
	{ "kidnapping", { "kidnapping", "похищение", "اختطاف", "enlèvement", "secuestro" } },
	{ "damage", { "damage", "разрушения", "أضرار مادية", "dégâts", "daños materiales" } },
	{ "disruption", { "disruption", "нарушение работы", "تعطيل", "perturbation", "interrupción" } },
	{ "threat", { "threat", "угроза", "تهديد", "menace", "amenaza" } },
	{ "other", { "other", "другое", "أخرى", "autre", "otro" } },
	{ "almost-no-chance", { "almost no chance (1-5 %)", "почти исключено (1-5 %)", "شبه مستحيل (1-5 %)", "presque exclu (1-5 %)",
		"casi imposible (1-5 %)" } },
	{ "very-unlikely", { "very unlikely (5-20 %)", "очень маловероятно (5-20 %)", "مستبعد جدا (5-20 %)", "très improbable (5-20 %)",
		"muy improbable (5-20 %)" } },
	{ "unlikely", { "unlikely (20-45 %)", "маловероятно (20-45 %)", "مستبعد (20-45 %)", "improbable (20-45 %)",
		"improbable (20-45 %)" } },
	{ "roughly-even", { "roughly even (45-55 %)", "примерно поровну (45-55 %)", "متكافئ تقريبا (45-55 %)",
		"à peu près une chance sur deux (45-55 %)", "aproximadamente igual (45-55 %)" } },
	{ "likely", { "likely (55-80 %)", "вероятно (55-80 %)", "مرجح (55-80 %)", "probable (55-80 %)", "probable (55-80 %)" } },
	{ "very-likely", { "very likely (80-95 %)", "очень вероятно (80-95 %)", "مرجح جدا (80-95 %)", "très probable (80-95 %)",
		"muy probable (80-95 %)" } },
	{ "almost-certain", { "almost certain (95-99 %)", "почти наверняка (95-99 %)", "شبه مؤكد (95-99 %)",
		"presque certain (95-99 %)", "casi seguro (95-99 %)" } },
	{ "low", { "low", "низкая", "منخفضة", "faible", "baja" } },
	{ "moderate", { "moderate", "средняя", "متوسطة", "moyen", "media" } },
	{ "high", { "high", "высокая", "عالية", "élevé", "alta" } },
	{ "stood-down", { "stood down", "предупреждение снято", "رفع التحذير", "levé", "levantado" } },
	{ "extended", { "extended", "продлено", "تم تمديده", "prolongé", "prolongado" } },
	{ "occurred", { "it happened", "произошло", "وقع", "c'est arrivé", "ocurrió" } },
	{ "foiled", { "it was prevented", "предотвращено", "تم إحباطه", "cela a été empêché", "fue impedido" } },
	{ "did-not-occur", { "it did not happen", "не произошло", "لم يقع", "cela n'est pas arrivé", "no ocurrió" } },
	{ "unknown", { "not known", "неизвестно", "غير معروف", "inconnu", "no se sabe" } },
	{ "nothing-visible", { "Do nothing that can be seen.", "Не делайте ничего заметного.", "لا تفعل شيئا ظاهرا.",
		"Ne faites rien de visible.", "No haga nada visible." } },
	{ "quiet-protection", { "Protect quietly.", "Защищайте незаметно.", "احم بهدوء.", "Protégez discrètement.",
		"Proteja con discreción." } },
	{ "tell-venue", { "The venue may be told.", "Можно сообщить владельцам места.", "يجوز إبلاغ إدارة المكان.",
		"Le lieu peut être averti.", "Se puede avisar al lugar." } },
	{ "visible-protection", { "Protection may be seen.", "Защита может быть заметной.", "يجوز أن تكون الحماية ظاهرة.",
		"La protection peut être visible.", "La protección puede ser visible." } },
	{ "public", { "The public may be told.", "Можно сообщить всем.", "يجوز إعلام العموم.", "Le public peut être averti.",
		"Se puede avisar al público." } },
};

const struct sheet_language *sheet_language_each(size_t i)
{
	return i < SHEET_LANGUAGES ? &languages[i] : NULL;
}

const struct sheet_language *sheet_language(const char *tag)
{
	size_t n = strcspn(tag, "-");
	for (size_t i = 0; i < SHEET_LANGUAGES; i++)
		if (strlen(languages[i].tag) == n && strncmp(languages[i].tag, tag, n) == 0)
			return &languages[i];
	return NULL;
}

const char *sheet_phrase(const struct sheet_language *l, enum phrase p)
{
	return phrases[p][l->column];
}

const char *sheet_word(const struct sheet_language *l, const char *word)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].in[l->column];
	return NULL;
}
