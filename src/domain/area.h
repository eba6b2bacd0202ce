/*
 * area: a place on the map as the value of where.area: a string, since values have no floats.
 *
 *   circle LAT,LON METRES                     a radius of 1 to 20,000,000 metres
 *   polygon LAT,LON LAT,LON LAT,LON LAT,LON…  4 to 200 points, the last equal to the first, no side crossing another
 *   geocode SYSTEM CODE                       for example "geocode ISO3166-2 RU-MOS"
 *
 * LAT and LON are degrees (WGS 84) in decimal: an optional "-", no "+", no leading zero, at most six digits behind
 * the point and at least one if there is a point; no "-0".
 * One space between words.
 */
#ifndef TOCSIN_DOMAIN_AREA_H
#define TOCSIN_DOMAIN_AREA_H

#include "base/bytes.h"

#define AREA_POINTS 200
#define AREA_CODE 64

struct area_point { int32_t lat, lon; };           /* millionths of a degree */
struct area {
	enum area_shape { AREA_CIRCLE, AREA_POLYGON, AREA_GEOCODE } shape;
	size_t n;                                      /* points: 1 for a circle */
	struct area_point point[AREA_POINTS];
	uint32_t metres;
	char system[AREA_CODE + 1], code[AREA_CODE + 1];
};
/* T is the string itself, without quotes. BAD with a sentence that says what is wrong. */
enum tocsin_err area_parse(struct bytes t, struct area *a) MUST_USE;

#endif
