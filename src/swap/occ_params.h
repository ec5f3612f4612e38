#ifndef P_H
#define P_H
#define P_TURN .15f
#define P_HOT 1.f
#define P_THING 4
#define P_KNOWN 4
#define P_DOUBT 3.f
#define P_FACE .6f
#define P_SCORE 5
#define P_SCORE_K 3
#define P_HAND 45
#define P_HAND_K 20
#define P_LOW 2.f
#define P_HIGH 4.f
#define P_TRUST 1.5f
#define P_T0 .15f
#define P_T1 .35f
#define P_MID .5f
#define P_RIMS0 60
#define P_RIMS1 110
#define P_THICK .35f
#define P_F0 .36f
#define P_F1 .6f
#define P_UNREST 1.3f
#define P_EYES 6
#endif
#define P_UNKNOWN 3
#define P_CAP 1000
